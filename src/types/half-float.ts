/**
 * IEEE 754 half precision, the sixteen bits of a halfvec's elements, by arithmetic: the runtimes we support do not all
 * have Float16Array.
 *
 *     sign   exponent + 15   fraction
 *      1           5            10
 */

const SIGN = 0x8000
const INFINITE = 0x7c00
const FRACTION = 0x3ff
/** The exponent of the smallest normal number. */
const LEAST_EXPONENT = -14
const FRACTION_BITS = 10
/** Half-way from the greatest number to the next power of two. */
const OVERFLOW = 65_520

/** The number that sixteen bits stand for. */
export function numberOfHalf(bits: number): number {
  const exponent = (bits >> FRACTION_BITS) & 0x1f
  const fraction = bits & FRACTION
  let size: number
  if (exponent === 0) size = fraction * 2 ** (LEAST_EXPONENT - FRACTION_BITS)
  else if (exponent === 0x1f) size = fraction === 0 ? Infinity : Number.NaN
  else size = (fraction + FRACTION + 1) * 2 ** (exponent - 15 - FRACTION_BITS)
  return (bits & SIGN) === 0 ? size : -size
}

/** The sixteen bits nearest to a finite number, to even ones from half-way; those of an infinity when it is too large. */
export function halfOfNumber(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? SIGN : 0
  const size = Math.abs(Math.fround(value))
  if (size === 0) return sign
  if (size >= OVERFLOW) return sign | INFINITE
  const exponent = Math.max(LEAST_EXPONENT, Math.floor(Math.log2(size)))
  const scaled = size * 2 ** (FRACTION_BITS - exponent)
  const floor = Math.floor(scaled)
  const rest = scaled - floor
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
  // A fraction rounded up to the next power of two carries into the exponent by itself.
  return sign | (((exponent - LEAST_EXPONENT) << FRACTION_BITS) + rounded)
}
