/**
 * Splits SQL into tokens by the rules of PostgreSQL's lexer, as far as it takes to know what is code and what is text:
 * strings with all their prefixes and continuations, dollar quotes, quoted identifiers, nested comments, `$n`, `:name`.
 * It never fails: what is not closed becomes one token up to the end with `closed: false`.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

/** What a token is. A string's kind includes its prefix and everything up to its closing quote. */
export type TokenKind =
  | "space"
  | "line-comment"
  | "block-comment"
  | "string"
  | "dollar-string"
  | "quoted-identifier"
  | "identifier"
  | "number"
  | "parameter"
  | "named"
  | "operator"
  | "other"

/** One token: `text.slice(start, end)`. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** False when the text ends inside of it. */
  readonly closed: boolean
}

/** How to read the text. */
export interface TokenizerOptions {
  /** The session's setting: when false, a backslash escapes in plain strings too. Default true. */
  readonly standardConformingStrings?: boolean
  /** Whether `:name` is a placeholder. Default false. */
  readonly named?: boolean
}

const SPACE = /[ \t\n\r\f\v]+/y
const LINE_COMMENT = /--[^\n\r]*/y
const IDENTIFIER = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const NUMBER = /(?:\d(?:_?\d)*)?(?:\.(?!\.)(?:\d(?:_?\d)*)?)?(?:[eE][+-]?\d(?:_?\d)*)?/y
const PARAMETER = /\$\d+/y
const NAMED = /:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y
const OPERATOR = /[~!@#^&|`?+*/%<>=-]/
/**
 * What may stand between the parts of one string constant: space with a line break in it, comments included. A comment
 * takes its whole line: one that could end earlier could be read in more ways than there is time for.
 */
const CONTINUATION = /(?:[ \t\f\v]|--[^\n\r]*(?=[\n\r]))*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y

/** All tokens of the text, without gaps. */
export function tokenize(text: string, options: TokenizerOptions = {}): Token[] {
  const tokens: Token[] = []
  const escapes = options.standardConformingStrings === false
  const named = options.named ?? false
  let start = 0

  const push = (kind: TokenKind, end: number): void => {
    const closed = end !== -1
    const stop = closed ? end : text.length
    tokens.push({ kind, start, end: stop, closed })
    start = stop
  }

  while (start < text.length) {
    const char = text[start]!
    const next = text[start + 1]
    switch (char) {
      case " ":
      case "\t":
      case "\n":
      case "\r":
      case "\f":
      case "\v":
        push("space", matchEnd(SPACE, text, start))
        continue
      case "'":
        push("string", stringEnd(text, start + 1, escapes))
        continue
      case '"':
        push("quoted-identifier", quotedEnd(text, start + 1))
        continue
      case "$":
        pushDollar()
        continue
      case ":":
        if (next === ":" || next === "=") push("operator", start + 2)
        else pushMatch("named", named ? matchEnd(NAMED, text, start) : start)
        continue
      case "-":
        if (next === "-") {
          push("line-comment", matchEnd(LINE_COMMENT, text, start))
          continue
        }
        break
      case "/":
        if (next === "*") {
          push("block-comment", blockCommentEnd(text, start))
          continue
        }
        break
    }
    if (OPERATOR.test(char)) push("operator", operatorEnd(text, start))
    else if (isDigit(char) || (char === "." && isDigit(next))) push("number", matchEnd(NUMBER, text, start))
    else if (!pushPrefixed(char, next)) pushMatch("identifier", matchEnd(IDENTIFIER, text, start))
  }
  return tokens

  /** A token that may turn out empty; then the character stands for itself. */
  function pushMatch(kind: TokenKind, end: number): void {
    if (end > start) push(kind, end)
    else push("other", start + 1)
  }

  function pushDollar(): void {
    const parameter = matchEnd(PARAMETER, text, start)
    if (parameter > start) {
      push("parameter", parameter)
      return
    }
    const opened = matchEnd(DOLLAR_QUOTE, text, start)
    if (opened === start) {
      push("other", start + 1)
      return
    }
    const quote = text.slice(start, opened)
    const close = text.indexOf(quote, opened)
    push("dollar-string", close === -1 ? -1 : close + quote.length)
  }

  /** A string or an identifier whose quote has a letter before it. */
  function pushPrefixed(char: string, next: string | undefined): boolean {
    switch (char) {
      case "e":
      case "E":
        if (next !== "'") return false
        push("string", stringEnd(text, start + 2, true))
        return true
      case "n":
      case "N":
        if (next !== "'") return false
        push("string", stringEnd(text, start + 2, escapes))
        return true
      case "b":
      case "B":
      case "x":
      case "X":
        if (next !== "'") return false
        push("string", stringEnd(text, start + 2, false))
        return true
      case "u":
      case "U":
        if (next !== "&") return false
        if (text[start + 2] === "'") push("string", stringEnd(text, start + 3, false))
        else if (text[start + 2] === '"') push("quoted-identifier", quotedEnd(text, start + 3))
        else return false
        return true
      default:
        return false
    }
  }
}

/** The end of a string whose opening quote is behind us, with its continuations; -1 when it isn't closed. */
function stringEnd(text: string, from: number, escapes: boolean): number {
  for (let i = from; i < text.length; i++) {
    const char = text[i]
    if (char === "\\" && escapes) i++
    else if (char === "'") {
      if (text[i + 1] === "'") i++
      else {
        const continued = matchEnd(CONTINUATION, text, i + 1)
        if (continued === i + 1) return i + 1
        i = continued - 1
      }
    }
  }
  return -1
}

function quotedEnd(text: string, from: number): number {
  for (let i = text.indexOf('"', from); i !== -1; i = text.indexOf('"', i + 2)) {
    if (text[i + 1] !== '"') return i + 1
  }
  return -1
}

function blockCommentEnd(text: string, from: number): number {
  let depth = 0
  for (let i = from; i + 1 < text.length; i++) {
    if (text[i] === "/" && text[i + 1] === "*") {
      depth++
      i++
    } else if (text[i] === "*" && text[i + 1] === "/") {
      depth--
      i++
      if (depth === 0) return i + 1
    }
  }
  return -1
}

/** Operators end where a comment begins. */
function operatorEnd(text: string, from: number): number {
  let i = from + 1
  for (; i < text.length && OPERATOR.test(text[i]!); i++) {
    const next = text[i + 1]
    if ((text[i] === "-" && next === "-") || (text[i] === "/" && next === "*")) break
  }
  return i
}

/** The end of the match that begins exactly at `from`, `from` itself when there is none. */
function matchEnd(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : from
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9"
}
