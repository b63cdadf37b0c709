/**
 * hstore: text keys with a text or NULL each, as a plain object. A key is only data: `__proto__` becomes a property like
 * any other. An object or a Map goes in; values that are numbers, bigints or booleans become their text.
 *
 *     count   (length   key   length or -1   value) × count        "a"=>"1", "b"=>NULL
 *     int32    int32    text     int32       text
 *
 * @see https://www.postgresql.org/docs/current/hstore.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { sendableText, textForm } from "./text-form.ts"

const NAME = "hstore"
const EXPECTED = "a plain object or a Map of strings and nulls"
const COUNT = 4
const LENGTH = 4
/** The lengths of a key and a value. */
const SMALLEST_PAIR = 8
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** What an hstore holds. */
export type HstoreValue = Record<string, string | null>

/** hstore as a plain object. */
export const hstoreCodec: Codec<HstoreValue> = {
  name: NAME,
  resultFormat: BINARY,
  decodeText: parsePairs,
  decodeBinary: decodePairs,
  encodeText: (value) => {
    const pairs = pairsOf(value)
    if (pairs === undefined) return textForm(NAME, EXPECTED, value)
    return pairs.map(([key, text]) => `${quote(key)}=>${text === null ? "NULL" : quote(text)}`).join(", ")
  },
  encodeBinary: (value, writer) => {
    const pairs = pairsOf(value)
    if (pairs === undefined) return false
    writer.int32(pairs.length)
    for (const [key, text] of pairs) {
      writeText(writer, key)
      if (text === null) writer.int32(-1)
      else writeText(writer, text)
    }
    return true
  },
}

function decodePairs(source: ByteSource, start: number, end: number): HstoreValue {
  const { view } = source
  const room = end - start - COUNT
  const count = room < 0 ? -1 : view.getInt32(start)
  if (count < 0 || count * SMALLEST_PAIR > room) {
    throw new DecodeError(NAME, "more pairs announced than there are bytes")
  }
  const pairs: HstoreValue = {}
  let at = start + COUNT
  for (let i = 0; i < count; i++) {
    const keyEnd = textEnd(source, at, end)
    const key = source.text(at + LENGTH, keyEnd)
    if (keyEnd + LENGTH <= end && view.getInt32(keyEnd) === -1) {
      setPair(pairs, key, null)
      at = keyEnd + LENGTH
    } else {
      at = textEnd(source, keyEnd, end)
      setPair(pairs, key, source.text(keyEnd + LENGTH, at))
    }
  }
  if (at !== end) throw new DecodeError(NAME, "there are bytes behind its last pair")
  return pairs
}

/** Where the text ends whose length stands here. */
function textEnd(source: ByteSource, at: number, end: number): number {
  const length = at + LENGTH <= end ? source.view.getInt32(at) : -1
  if (length < 0 || length > end - at - LENGTH) throw new DecodeError(NAME, "a key or value is longer than the whole")
  return at + LENGTH + length
}

function parsePairs(source: ByteSource, start: number, end: number): HstoreValue {
  const pairs: HstoreValue = {}
  let at = start
  while (at < end) {
    const keyEnd = quoteEnd(source, at, end)
    const key = unquote(source, at, keyEnd)
    const value = keyEnd + 2
    if (source.ascii(keyEnd, Math.min(value, end)) !== "=>") throw malformed()
    if (source.ascii(value, Math.min(value + 4, end)) === "NULL") {
      setPair(pairs, key, null)
      at = value + 4
    } else {
      at = quoteEnd(source, value, end)
      setPair(pairs, key, unquote(source, value, at))
    }
    if (at === end) break
    if (source.ascii(at, Math.min(at + 2, end)) !== ", " || at + 2 === end) throw malformed()
    at += 2
  }
  return pairs
}

/** Behind the closing quote of the text whose opening quote has to stand here. */
function quoteEnd(source: ByteSource, start: number, end: number): number {
  const { bytes } = source
  if (start >= end || bytes[start] !== QUOTE) throw malformed()
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] === QUOTE) return at + 1
    if (bytes[at] === BACKSLASH) at++
  }
  throw malformed()
}

function unquote(source: ByteSource, start: number, end: number): string {
  const text = source.text(start + 1, end - 1)
  return text.includes("\\") ? text.replace(/\\(.)/gs, "$1") : text
}

function malformed(): DecodeError {
  return new DecodeError(NAME, "the text is not a list of pairs")
}

function setPair(pairs: HstoreValue, key: string, value: string | null): void {
  if (key !== "__proto__") pairs[key] = value
  else Object.defineProperty(pairs, key, { value, writable: true, enumerable: true, configurable: true })
}

/** The pairs of a plain object or Map; undefined for any other value. @throws EncodeError when one is not text. */
function pairsOf(value: unknown): [string, string | null][] | undefined {
  if (value instanceof Map) return [...value].map(([key, text]) => pairOf(key, text))
  if (typeof value !== "object" || value === null) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  return Object.entries(value).map(([key, text]) => pairOf(key, text))
}

function pairOf(key: unknown, value: unknown): [string, string | null] {
  if (typeof key !== "string") throw new EncodeError(NAME, EXPECTED, `${describeValue(key)} as a key`)
  return [sendableText(NAME, key), value === null ? null : textForm(NAME, EXPECTED, value)]
}

function writeText(writer: ByteWriter, text: string): void {
  const length = writer.reserve(LENGTH)
  writer.utf8(text)
  writer.patchInt32(length, writer.length - length - LENGTH)
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`
}
