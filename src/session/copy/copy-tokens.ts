/**
 * A cursor over the tokens of a COPY statement: takes what is next if it is what was asked for.
 */

import type { Token } from "../../sql/tokenizer.ts"

/** Which columns an option is about: all of them, or those named. */
export type CopyColumns = true | readonly string[]

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }

/** Reads a statement's tokens, comments and space left out. */
export class CopyTokens {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.#tokens = tokens
  }

  /** Takes a keyword, whatever its case. */
  takeWord(word: string): boolean {
    const token = this.#peek()
    if (token?.kind !== "identifier" || this.#textOf(token).toLowerCase() !== word) return false
    this.#at++
    return true
  }

  /** Takes a mark such as a parenthesis. */
  take(mark: string): boolean {
    if (!this.isNext(mark)) return false
    this.#at++
    return true
  }

  isNext(mark: string): boolean {
    const token = this.#peek()
    return token !== undefined && this.#textOf(token) === mark
  }

  /** Takes a name: folded to lower case, unless it is quoted. */
  takeName(): string | undefined {
    const token = this.#peek()
    if (token?.kind !== "identifier" && token?.kind !== "quoted-identifier") return undefined
    this.#at++
    const text = this.#textOf(token)
    return token.kind === "identifier" ? text.toLowerCase() : text.slice(1, -1).replaceAll('""', '"')
  }

  /** Takes a name with those that qualify it, as they stand in the text. */
  takeQualifiedName(): string | undefined {
    const first = this.#peek()
    if (this.takeName() === undefined) return undefined
    while (this.take(".")) if (this.takeName() === undefined) return undefined
    return this.#text.slice(first!.start, this.#tokens[this.#at - 1]!.end)
  }

  /** Takes a list of names in parentheses. */
  takeNameList(): string[] | undefined {
    if (!this.take("(")) return undefined
    const names: string[] = []
    do names.push(this.takeName() ?? "")
    while (this.take(","))
    this.take(")")
    return names
  }

  /** Takes columns: a list with or without parentheses, or a star for all. */
  takeColumns(): CopyColumns {
    if (this.take("*")) return true
    const list = this.takeNameList()
    if (list !== undefined) return list
    const names: string[] = []
    do names.push(this.takeName() ?? "")
    while (this.take(","))
    return names
  }

  /** Takes everything between a parenthesis and its partner. */
  takeParenthesized(): string | undefined {
    const start = this.#peek()!.end
    let depth = 0
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]!
      if (this.#textOf(token) === "(") depth++
      else if (this.#textOf(token) === ")") depth--
      if (depth === 0) {
        this.#at++
        return this.#text.slice(start, token.start)
      }
    }
    return undefined
  }

  /** Takes a string constant, or a word in its place. */
  takeString(): string {
    const token = this.#peek()
    if (token === undefined) return ""
    if (token.kind !== "string" && token.kind !== "dollar-string") return this.takeName() ?? ""
    this.#at++
    return stringValue(this.#textOf(token))
  }

  /** Takes an option's value of any kind; `undefined` when it has none. */
  takeAny(): string | undefined {
    const token = this.#peek()
    if (token === undefined || this.isNext(",") || this.isNext(")")) return undefined
    if (token.kind === "string" || token.kind === "dollar-string") return this.takeString()
    this.#at++
    return this.#textOf(token)
  }

  /** Passes an option's value by. */
  skipOption(): void {
    if (this.isNext("(")) this.takeParenthesized()
    else this.takeAny()
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #textOf(token: Token): string {
    return this.#text.slice(token.start, token.end)
  }
}

/** What a string constant stands for: plain, with escapes (E'…') or in dollar quotes. */
function stringValue(constant: string): string {
  if (constant.startsWith("$")) {
    const quote = constant.slice(0, constant.indexOf("$", 1) + 1)
    return constant.slice(quote.length, -quote.length)
  }
  const quoted = constant.indexOf("'")
  const inner = constant.slice(quoted + 1, -1).replaceAll("''", "'")
  return constant[0] === "e" || constant[0] === "E" ? unescaped(inner) : inner
}

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g, (_all, hex, octal, char) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    return ESCAPES[char] ?? char
  })
}
