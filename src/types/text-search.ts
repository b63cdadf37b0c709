/**
 * tsvector and tsquery: the text that the server prints, from both formats. Text is what the server gives fastest, and
 * what results ask for; the binary form is read for what comes in binary anyhow, inside arrays or COPY.
 *
 *     tsvector:  count   (lexeme \0   count   position × count) × count
 *                int32    text        uint16   uint16: weight in the upper 2 bits
 *     tsquery:   count   item × count, an operator before its right and then its left operand
 *                int32   1: weights, prefix, lexeme \0    2: operator (4, phrase: distance)
 *
 * @see https://www.postgresql.org/docs/current/datatype-textsearch.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { textForm } from "./text-form.ts"

const COUNT = 4
/** An empty lexeme's terminator and its count of positions. */
const SMALLEST_LEXEME = 3
const WEIGHTS = ["", "C", "B", "A"]

const OPERAND = 1
const OPERATOR = 2
const SMALLEST_ITEM = 2

const NOT = 1
const AND = 2
const OR = 3
const PHRASE = 4
/** How strongly an operator binds, by its number; an operand more than any. */
const PRIORITIES: readonly number[] = [5, 4, 2, 1, 3]

/** A part of a query already in text. */
interface Term {
  readonly text: string
  /** Its outermost operator; 0 for an operand. */
  readonly operator: number
  /** Words apart, for a phrase operator. */
  readonly distance: number
}

/** tsvector as text: `'a':1A,3 'b'`. */
export const tsvectorCodec: Codec<string> = {
  name: "tsvector",
  resultFormat: TEXT,
  decodeText: (source, start, end) => source.text(start, end),
  decodeBinary: decodeVector,
  encodeText: (value) => textForm("tsvector", "a string", value),
}

/** tsquery as text: `'a' & !'b':*`. */
export const tsqueryCodec: Codec<string> = {
  name: "tsquery",
  resultFormat: TEXT,
  decodeText: (source, start, end) => source.text(start, end),
  decodeBinary: decodeQuery,
  encodeText: (value) => textForm("tsquery", "a string", value),
}

function decodeVector(source: ByteSource, start: number, end: number): string {
  const count = readCount("tsvector", source, start, end, SMALLEST_LEXEME)
  let at = start + COUNT
  let text = ""
  for (let i = 0; i < count; i++) {
    const stop = lexemeEnd("tsvector", source, at, end)
    text += i === 0 ? quoteLexeme(source, at, stop) : ` ${quoteLexeme(source, at, stop)}`
    at = stop + 1
    const positions = at + 2 <= end ? source.view.getUint16(at) : -1
    at += 2
    if (positions < 0 || positions * 2 > end - at) {
      throw new DecodeError("tsvector", "more positions announced than there are bytes")
    }
    for (let p = 0; p < positions; p++, at += 2) {
      const position = source.view.getUint16(at)
      text += `${p === 0 ? ":" : ","}${position & 0x3fff}${WEIGHTS[position >> 14]}`
    }
  }
  if (at !== end) throw new DecodeError("tsvector", "there are bytes behind its last lexeme")
  return text
}

function decodeQuery(source: ByteSource, start: number, end: number): string {
  const count = readCount("tsquery", source, start, end, SMALLEST_ITEM)
  const items: Term[] = []
  let at = start + COUNT
  for (let i = 0; i < count; i++) {
    if (at + SMALLEST_ITEM > end) throw new DecodeError("tsquery", "it ends before its last item")
    switch (source.bytes[at]) {
      case OPERAND: {
        const lexeme = at + 3
        const stop = lexemeEnd("tsquery", source, lexeme, end)
        const flags = operandFlags(source.bytes[at + 1]!, source.bytes[at + 2]!)
        items.push({ text: quoteLexeme(source, lexeme, stop) + flags, operator: 0, distance: 0 })
        at = stop + 1
        break
      }
      case OPERATOR: {
        const operator = source.bytes[at + 1]!
        const isPhrase = operator === PHRASE
        if (operator < NOT || operator > PHRASE) throw new DecodeError("tsquery", "an operator is unknown")
        if (isPhrase && at + 4 > end) throw new DecodeError("tsquery", "it ends before its last item")
        items.push({ text: "", operator, distance: isPhrase ? source.view.getInt16(at + 2) : 0 })
        at += isPhrase ? 4 : 2
        break
      }
      default:
        throw new DecodeError("tsquery", "an item is neither operand nor operator")
    }
  }
  if (at !== end) throw new DecodeError("tsquery", "there are bytes behind its last item")
  return joinItems(items)
}

/** Puts the items together from the last to the first, so that operands are ready when their operator comes. */
function joinItems(items: readonly Term[]): string {
  const ready: Term[] = []
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!
    if (item.operator === 0) {
      ready.push(item)
      continue
    }
    const right = ready.pop()
    const left = item.operator === NOT ? right : ready.pop()
    if (left === undefined || right === undefined) throw new DecodeError("tsquery", "an operand is missing")
    ready.push({ ...item, text: joinTerm(item, left, right) })
  }
  if (ready.length > 1) throw new DecodeError("tsquery", "an operator is missing")
  return ready[0]?.text ?? ""
}

function joinTerm(item: Term, left: Term, right: Term): string {
  const { operator, distance } = item
  const before = inside(left, operator, false)
  switch (operator) {
    case NOT:
      return `!${before}`
    case AND:
      return `${before} & ${inside(right, operator, false)}`
    case OR:
      return `${before} | ${inside(right, operator, false)}`
    default:
      return `${before} <${distance === 1 ? "-" : distance}> ${inside(right, operator, true)}`
  }
}

/** A term as an operand, in parentheses where it binds less strongly, or is a phrase to the right of another. */
function inside(term: Term, operator: number, rightOfPhrase: boolean): string {
  const bare = PRIORITIES[term.operator]! >= PRIORITIES[operator]! && !(rightOfPhrase && term.operator === PHRASE)
  return bare ? term.text : `( ${term.text} )`
}

function operandFlags(weights: number, prefix: number): string {
  if (weights === 0 && prefix === 0) return ""
  let flags = prefix === 0 ? ":" : ":*"
  if ((weights & 8) !== 0) flags += "A"
  if ((weights & 4) !== 0) flags += "B"
  if ((weights & 2) !== 0) flags += "C"
  if ((weights & 1) !== 0) flags += "D"
  return flags
}

function readCount(type: string, source: ByteSource, start: number, end: number, smallest: number): number {
  const room = end - start - COUNT
  const count = room < 0 ? -1 : source.view.getInt32(start)
  if (count < 0 || count * smallest > room) throw new DecodeError(type, "more items announced than there are bytes")
  return count
}

/** Where the terminator of a lexeme stands. */
function lexemeEnd(type: string, source: ByteSource, at: number, end: number): number {
  const { bytes } = source
  let stop = at
  while (stop < end && bytes[stop] !== 0) stop++
  if (stop >= end) throw new DecodeError(type, "a lexeme does not end")
  return stop
}

function quoteLexeme(source: ByteSource, start: number, end: number): string {
  return `'${source.text(start, end).replace(/['\\]/g, "$&$&")}'`
}
