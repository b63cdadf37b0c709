/**
 * What a COPY statement says of itself: which way it goes, what it copies and in which format. Read from the statement's
 * own text, in both of its syntaxes, so that nobody has to say it twice.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 */

import { UsageError } from "../../errors/client-error.ts"
import { type Token, tokenize } from "../../sql/tokenizer.ts"
import { type CopyColumns, CopyTokens } from "./copy-tokens.ts"

/** How the data is written. */
export interface CopyFormat {
  readonly kind: "text" | "csv" | "binary"
  /** Whether a first line has the columns' names. */
  readonly header: boolean
  readonly delimiter: string
  readonly nullText: string
  readonly quoteMark: string
  readonly escapeMark: string
  readonly forceNull: CopyColumns
  readonly forceNotNull: CopyColumns
  /** What stands for a column's default. */
  readonly defaultText: string | undefined
  /** The encoding of the data where it is not the session's. */
  readonly encoding: string | undefined
}

/** A COPY statement taken apart. */
export interface CopyStatement {
  readonly text: string
  readonly direction: "from" | "to"
  /** What it talks to: us, or something that the server reads or writes by itself. */
  readonly target: "client" | "server"
  /** The table as it stands in the text; absent when a query is copied. */
  readonly table: string | undefined
  /** The columns it names, none when it names none. */
  readonly columns: readonly string[]
  /** The query that is copied. */
  readonly query: string | undefined
  readonly format: CopyFormat
}

type Options = { -readonly [Name in keyof CopyFormat]?: CopyFormat[Name] }

/** Takes a statement apart. `undefined` when it is no COPY. */
export function parseCopyStatement(text: string): CopyStatement | undefined {
  const tokens = new CopyTokens(text, significant(text))
  if (!tokens.takeWord("copy")) return undefined
  const options: Options = {}
  if (tokens.takeWord("binary")) options.kind = "binary"
  const source = takeSource(tokens)
  const direction = tokens.takeWord("from") ? "from" : tokens.takeWord("to") ? "to" : undefined
  if (source === undefined || direction === undefined) return undefined
  const target = tokens.takeWord("stdin") || tokens.takeWord("stdout") ? "client" : "server"
  if (target === "client") takeOptions(tokens, options)
  return { text, direction, target, ...source, format: completed(options) }
}

/**
 * Takes a statement apart that has to go one way, between the server and us.
 * @throws UsageError naming the right method for one that does not
 */
export function requireCopy(text: string, direction: "from" | "to"): CopyStatement {
  const statement = parseCopyStatement(text)
  const [method, other] = direction === "from" ? ["copyIn", "copyOut"] : ["copyOut", "copyIn"]
  if (statement === undefined) refuse(`${method} takes a COPY statement: run other statements with query`)
  if (statement.target === "server") {
    refuse("this COPY reads or writes a file of the server, not of ours: run it with query")
  }
  if (statement.direction !== direction) {
    refuse(`${method} was given a COPY ${direction === "from" ? "… TO STDOUT" : "… FROM STDIN"}: use ${other}`)
  }
  return statement
}

function refuse(problem: string): never {
  throw new UsageError(problem, { safeToRetry: true })
}

function significant(text: string): Token[] {
  return tokenize(text).filter(({ kind }) => kind !== "space" && kind !== "line-comment" && kind !== "block-comment")
}

function takeSource(tokens: CopyTokens): Pick<CopyStatement, "table" | "columns" | "query"> | undefined {
  if (tokens.isNext("(")) {
    const query = tokens.takeParenthesized()
    return query === undefined ? undefined : { table: undefined, columns: [], query }
  }
  const table = tokens.takeQualifiedName()
  if (table === undefined) return undefined
  return { table, columns: tokens.takeNameList() ?? [], query: undefined }
}

function takeOptions(tokens: CopyTokens, options: Options): void {
  tokens.takeWord("using") // the oldest form: [USING] DELIMITERS 'c'
  if (tokens.takeWord("delimiters")) options.delimiter = tokens.takeString()
  tokens.takeWord("with")
  if (tokens.take("(")) {
    do takeOption(tokens, options, tokens.takeName() ?? "")
    while (tokens.take(","))
  } else {
    takeOldOptions(tokens, options)
  }
}

function takeOption(tokens: CopyTokens, options: Options, name: string): void {
  switch (name) {
    case "format":
      options.kind = kindOf(tokens.takeName() ?? tokens.takeString())
      break
    case "header":
      options.header = isOn(tokens.takeAny())
      break
    case "delimiter":
      options.delimiter = tokens.takeString()
      break
    case "null":
      options.nullText = tokens.takeString()
      break
    case "quote":
      options.quoteMark = tokens.takeString()
      break
    case "escape":
      options.escapeMark = tokens.takeString()
      break
    case "default":
      options.defaultText = tokens.takeString()
      break
    case "encoding":
      options.encoding = tokens.takeString()
      break
    case "force_null":
      options.forceNull = tokens.takeColumns()
      break
    case "force_not_null":
      options.forceNotNull = tokens.takeColumns()
      break
    default:
      tokens.skipOption()
  }
}

function takeOldOptions(tokens: CopyTokens, options: Options): void {
  for (let word = tokens.takeName(); word !== undefined; word = tokens.takeName()) {
    switch (word) {
      case "binary":
      case "csv":
        options.kind = word
        break
      case "header":
        options.header = true
        break
      case "delimiter":
      case "null":
      case "quote":
      case "escape":
      case "encoding":
        tokens.takeWord("as")
        takeOption(tokens, options, word)
        break
      case "force":
        takeForced(tokens, options)
        break
      case "freeze":
        break
      default:
        return // WHERE, and what the server will refuse
    }
  }
}

/** FORCE [NOT] NULL or FORCE QUOTE, of which the last is the server's own. */
function takeForced(tokens: CopyTokens, options: Options): void {
  const negated = tokens.takeWord("not")
  const isNull = tokens.takeWord("null")
  if (!isNull) tokens.takeWord("quote")
  const columns = tokens.takeColumns()
  if (isNull && negated) options.forceNotNull = columns
  else if (isNull) options.forceNull = columns
}

function kindOf(name: string): CopyFormat["kind"] {
  if (name === "csv" || name === "binary" || name === "text") return name
  throw new UsageError(`COPY's format ${JSON.stringify(name)} is not one of text, csv and binary`, {
    safeToRetry: true,
  })
}

/** HEADER alone, with a boolean, or with MATCH. */
function isOn(value: string | undefined): boolean {
  return value === undefined || !["false", "off", "0"].includes(value.toLowerCase())
}

function completed(options: Options): CopyFormat {
  const kind = options.kind ?? "text"
  const quoteMark = options.quoteMark ?? '"'
  return {
    kind,
    header: options.header ?? false,
    delimiter: options.delimiter ?? (kind === "csv" ? "," : "\t"),
    nullText: options.nullText ?? (kind === "csv" ? "" : "\\N"),
    quoteMark,
    escapeMark: options.escapeMark ?? quoteMark,
    forceNull: options.forceNull ?? [],
    forceNotNull: options.forceNotNull ?? [],
    defaultText: options.defaultText,
    encoding: options.encoding,
  }
}
