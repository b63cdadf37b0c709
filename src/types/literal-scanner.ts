/**
 * The scanner that the text forms of containers share: `{array}`, `(composite)`, `[range)` and `{multirange}`.
 * It walks over bytes. An element without escapes stays where it was received; one with escapes is written plainly into
 * a scratch buffer of this scanner, valid until the next element is read. Whoever is inside an element makes a scanner
 * of its own.
 *
 *     {  1  ,  "a \"b\" c"  ,  NULL  }
 *        └ source, start … end: the element read last, without quotes and escapes; `quoted` tells "NULL" from NULL
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 * @see https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX
 */

import { ByteSource } from "../base/byte-source.ts"
import { DecodeError } from "../errors/client-error.ts"

const QUOTE = 0x22
const BACKSLASH = 0x5c
const PLAIN = /^[\w.+:-]+$/
const NULL = /^null$/i

/** Reads a container's text element by element; throws DecodeError for anything malformed. */
export class LiteralScanner {
  /** Where the next byte to be read stands. */
  position: number
  /** The bytes of the element that was read last. */
  source: ByteSource
  /** Where in {@link source} that element starts. */
  start = 0
  /** Where in {@link source} that element ends. */
  end = 0
  /** Whether any part of that element stood in quotes, so that it cannot mean NULL or "no bound". */
  quoted = false
  readonly #type: string
  readonly #text: ByteSource
  readonly #limit: number
  #scratch: ByteSource | undefined

  constructor(type: string, text: ByteSource, start: number, end: number) {
    this.#type = type
    this.#text = text
    this.#limit = end
    this.source = text
    this.position = start
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.position < this.#limit ? this.#text.bytes[this.position]! : -1
  }

  /** Steps over the next byte if it is this one. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.position++
    return true
  }

  /** Steps over the next byte, which has to be this one. */
  expect(byte: number): void {
    if (!this.take(byte)) this.fail(`expected "${String.fromCharCode(byte)}"`)
  }

  /** Makes sure that nothing is left. */
  finish(): void {
    if (this.position < this.#limit) this.fail("there is more after its end")
  }

  /**
   * Reads the element that begins here and stops before the first of the given bytes outside quotes; one of them has to
   * come. The element is then in {@link source}, from {@link start} up to {@link end}.
   */
  element(separator: number, close: number, otherClose: number = close): void {
    const bytes = this.#text.bytes
    const limit = this.#limit
    const start = this.position
    let at = start
    if (at < limit && bytes[at] === QUOTE) {
      at++
      while (at < limit && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++
      const next = at + 1
      if (next < limit && bytes[at] === QUOTE && isOneOf(bytes[next]!, separator, close, otherClose)) {
        this.#set(this.#text, start + 1, at, true)
        this.position = next
        return
      }
    } else {
      while (at < limit) {
        const byte = bytes[at]!
        if (isOneOf(byte, separator, close, otherClose)) {
          this.#set(this.#text, start, at, false)
          this.position = at
          return
        }
        if (byte === QUOTE || byte === BACKSLASH) break
        at++
      }
    }
    this.#escapedElement(separator, close, otherClose)
  }

  /** Whether the element read last is the bare word NULL. */
  isNull(): boolean {
    if (this.quoted || this.end - this.start !== 4) return false
    const b = this.source.bytes
    const at = this.start
    return (
      (b[at]! | 0x20) === 0x6e &&
      (b[at + 1]! | 0x20) === 0x75 &&
      (b[at + 2]! | 0x20) === 0x6c &&
      (b[at + 3]! | 0x20) === 0x6c
    )
  }

  /** Refuses the whole text. */
  fail(problem: string): never {
    throw new DecodeError(this.#type, `malformed text: ${problem}`)
  }

  /** The slow way: quoted and unquoted parts in any mixture, escaped by a backslash or by doubling the quote. */
  #escapedElement(separator: number, close: number, otherClose: number): void {
    const bytes = this.#text.bytes
    const limit = this.#limit
    const scratch = this.#room(limit - this.position)
    const out = scratch.bytes
    let length = 0
    let insideQuotes = false
    let quoted = false
    let at = this.position
    for (; at < limit; at++) {
      const byte = bytes[at]!
      if (byte === BACKSLASH) {
        at++
        if (at < limit) out[length++] = bytes[at]!
      } else if (byte === QUOTE) {
        if (insideQuotes && at + 1 < limit && bytes[at + 1] === QUOTE) out[length++] = bytes[++at]!
        else insideQuotes = !insideQuotes
        quoted = true
      } else if (!insideQuotes && isOneOf(byte, separator, close, otherClose)) {
        this.#set(scratch, 0, length, quoted)
        this.position = at
        return
      } else out[length++] = byte
    }
    this.fail("it ends inside an element")
  }

  #set(source: ByteSource, start: number, end: number, quoted: boolean): void {
    this.source = source
    this.start = start
    this.end = end
    this.quoted = quoted
  }

  /** The scratch buffer, made once and large enough for all that follows. */
  #room(size: number): ByteSource {
    if (this.#scratch === undefined) this.#scratch = new ByteSource(new Uint8Array(size))
    return this.#scratch
  }
}

/**
 * An element's text as it may stand in an array, a composite or a range: quoted and escaped where that is needed.
 * @param delimiter what stands between the elements: any character, for arrays of types that say so
 */
export function quoteElement(text: string, delimiter = ","): string {
  if (PLAIN.test(text) && !NULL.test(text) && (delimiter === "," || !text.includes(delimiter))) return text
  return `"${text.replace(/["\\]/g, "\\$&")}"`
}

function isOneOf(byte: number, a: number, b: number, c: number): boolean {
  return byte === a || byte === b || byte === c
}
