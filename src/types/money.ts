/**
 * money ↔ a plain decimal string such as "-1234.56", whatever currency, separators and signs `lc_monetary` prints.
 *
 * The text format says how many decimals there are, so it is what results are read from; the binary one is a bare count
 * of the smallest unit and is taken to have two, as in most currencies. A lone group of three digits behind the only
 * separator ("¥1,234") is a group of thousands. What goes out is text, which the server reads by the separators of
 * `lc_monetary`: where those are not the C locale's, send decimals as `$1::numeric::money`.
 *
 * @see https://www.postgresql.org/docs/current/datatype-money.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { textForm } from "./text-form.ts"

const AMOUNT = /\d(?:.*\d)?/s
const SEPARATOR = /\D+/g
const NEGATIVE = /[-(\u2212]/

function decodeText(source: ByteSource, start: number, end: number): string {
  const text = source.text(start, end)
  const amount = AMOUNT.exec(text)?.[0]
  if (amount === undefined) throw new DecodeError("money", "expected an amount")
  const separators = amount.match(SEPARATOR)
  const sign = NEGATIVE.test(text) ? "-" : ""
  if (separators === null) return sign + amount
  const groups = amount.split(SEPARATOR)
  const decimals = groups.pop()!
  const whole = sign + groups.join("")
  const isGroup = decimals.length === 3 && separators.every((separator) => separator === separators[0])
  return isGroup ? whole + decimals : `${whole}.${decimals}`
}

function decodeBinary(source: ByteSource, start: number, end: number): string {
  if (end - start !== 8) throw new DecodeError("money", `expected 8 bytes, got ${end - start}`)
  const units = source.view.getBigInt64(start)
  const digits = String(units < 0n ? -units : units).padStart(3, "0")
  return `${units < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

function encodeText(value: unknown): string {
  return textForm("money", "a number or a string", value)
}

/** money ↔ string. */
export const moneyCodec: Codec<string> = {
  name: "money",
  decodeText,
  decodeBinary,
  encodeText,
  resultFormat: TEXT,
  prefersText: true,
}
