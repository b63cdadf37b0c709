/**
 * Microseconds in the eight bytes of an int64, as dates and times travel, taken apart and put together in plain
 * numbers: a BigInt would be an object for each value. The halves never leave 53 bits, so every step is exact.
 *
 *     value = high · 2^32 + low = high · 4294 · 10^6 + (high · 967,296 + low)
 */

import type { ByteWriter } from "../base/byte-writer.ts"

const TWO_32 = 4_294_967_296
/** 2^32 = 4294 · 10^6 + 967,296. */
const MILLIONS_PER_HIGH = 4294
const REST_PER_HIGH = 967_296

/** The upper half of `infinity`, the greatest int64. */
export const INFINITY_HIGH = 0x7fff_ffff
/** The lower half of `infinity`. */
export const INFINITY_LOW = 0xffff_ffff
/** The upper half of `-infinity`, the least int64; its lower half is zero. */
export const MINUS_INFINITY_HIGH: number = -0x8000_0000

/** The whole seconds in an int64 of microseconds given as signed upper and unsigned lower half, rounded down. */
export function wholeSeconds(high: number, low: number): number {
  return high * MILLIONS_PER_HIGH + Math.floor((high * REST_PER_HIGH + low) / 1_000_000)
}

/** The microseconds beyond {@link wholeSeconds}, 0 to 999,999. */
export function restMicros(high: number, low: number): number {
  const rest = high * REST_PER_HIGH + low
  return rest - Math.floor(rest / 1_000_000) * 1_000_000
}

/** Writes whole seconds and microseconds beyond them as one int64. */
export function writeMicroseconds(writer: ByteWriter, second: number, micros: number): void {
  const high = Math.floor(second / TWO_32)
  const rest = (second - high * TWO_32) * 1_000_000 + micros
  const carry = Math.floor(rest / TWO_32)
  writer.int32(high * 1_000_000 + carry)
  writer.int32(rest - carry * TWO_32)
}

/** Writes the eight bytes of `infinity` or `-infinity`. */
export function writeInfinity(writer: ByteWriter, sign: 1 | -1): true {
  writer.int32(sign > 0 ? INFINITY_HIGH : MINUS_INFINITY_HIGH)
  writer.int32(sign > 0 ? INFINITY_LOW : 0)
  return true
}
