/**
 * How a decimal text lies to the double it was read as. Between the two there is up to half a step of the double, which
 * matters only where the double itself lies half-way between two values of a smaller type.
 */

const DECIMAL = /^-?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i

/** Negative, zero or positive: whether the number in the text is less than, equal to or greater than the finite double. */
export function compareDecimal(text: string, double: number): number {
  if (text.startsWith("-")) return -compareDecimal(text.slice(1), -double)
  const [, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? []
  const power = Number(exponent) - fraction.length
  let decimal = BigInt(whole + fraction)
  let { mantissa, shift } = partsOf(double)
  if (power >= 0) decimal *= 10n ** BigInt(power)
  else mantissa *= 10n ** BigInt(-power)
  if (shift >= 0) mantissa <<= BigInt(shift)
  else {
    decimal <<= BigInt(-shift)
    shift = 0
  }
  return decimal < mantissa ? -1 : Number(decimal > mantissa)
}

/** A double as a whole number and a power of two. */
function partsOf(double: number): { mantissa: bigint; shift: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, double)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const mantissa = bits & 0xf_ffff_ffff_ffffn
  return exponent === 0
    ? { mantissa, shift: -1074 }
    : { mantissa: mantissa | 0x10_0000_0000_0000n, shift: exponent - 1075 }
}
