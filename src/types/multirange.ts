/**
 * Any range codec → the codec of its multirange type: the ranges in their order, as an array of {@link Range}.
 *
 *     count   (length   range) × count        {[1,3),[5,7)}
 *     int32    int32    bytes
 *
 * @see https://www.postgresql.org/docs/current/rangetypes.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { LiteralScanner } from "./literal-scanner.ts"
import type { Range, RangeCodec } from "./range.ts"
import { textForm } from "./text-form.ts"

const OPEN = 0x7b
const CLOSE = 0x7d
const COMMA = 0x2c
const COUNT = 4
const LENGTH = 4
/** A length and the flags of a range. */
const SMALLEST_RANGE = 5

/** The codec for the multiranges of a range type. */
export function multirangeOf<T>(range: RangeCodec<T>, name: string): Codec<Range<T>[]> {
  const { decodeBinary, encodeBinary, prefersText = false } = range
  return {
    name,
    prefersText,
    takesArrays: true,
    resultFormat: range.resultFormat,
    decodeText: (source, start, end) => {
      const scan = new LiteralScanner(name, source, start, end)
      const ranges: Range<T>[] = []
      scan.expect(OPEN)
      if (!scan.take(CLOSE)) {
        do ranges.push(range.readText(scan))
        while (scan.take(COMMA))
        scan.expect(CLOSE)
      }
      scan.finish()
      return ranges
    },
    encodeText: (value) =>
      Array.isArray(value)
        ? `{${value.map((item) => range.encodeText(item)).join()}}`
        : textForm(name, "an array of ranges, or text such as {[1,3),[5,7)}", value),
    ...(decodeBinary && {
      decodeBinary: (source, start, end) => decodeRanges(name, decodeBinary, source, start, end),
    }),
    ...(encodeBinary && {
      encodeBinary: (value, writer) => Array.isArray(value) && writeRanges(value, encodeBinary, writer),
    }),
  }
}

function decodeRanges<T>(
  name: string,
  decode: NonNullable<RangeCodec<T>["decodeBinary"]>,
  source: ByteSource,
  start: number,
  end: number,
): Range<T>[] {
  const { view } = source
  const room = end - start - COUNT
  const count = room < 0 ? -1 : view.getInt32(start)
  if (count < 0 || count * SMALLEST_RANGE > room) {
    throw new DecodeError(name, "more ranges announced than there are bytes")
  }
  const ranges = new Array<Range<T>>(count)
  let at = start + COUNT
  for (let i = 0; i < count; i++) {
    const length = at + LENGTH <= end ? view.getInt32(at) : -1
    at += LENGTH
    if (length < 0 || length > end - at) throw new DecodeError(name, "a range is longer than the multirange")
    ranges[i] = decode(source, at, at + length)
    at += length
  }
  if (at !== end) throw new DecodeError(name, "there are bytes behind its last range")
  return ranges
}

function writeRanges(
  ranges: readonly unknown[],
  encode: NonNullable<Codec["encodeBinary"]>,
  writer: ByteWriter,
): boolean {
  const start = writer.length
  writer.int32(ranges.length)
  for (const range of ranges) {
    const length = writer.reserve(LENGTH)
    if (!encode(range, writer)) {
      writer.truncate(start)
      return false
    }
    writer.patchInt32(length, writer.length - length - LENGTH)
  }
  return true
}
