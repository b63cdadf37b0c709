import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { moneyCodec } from "../../../src/types/money.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

test.each([
  ["$1,234.56", "1234.56"],
  ["-$1,234.56", "-1234.56"],
  ["($1,234.56)", "-1234.56"],
  ["1.234,56 €", "1234.56"],
  ["-1.234.567,00 €", "-1234567.00"],
  ["1 234,56 €", "1234.56"],
  ["CHF 1'234.50", "1234.50"],
  ["Rs. 1,23,456.70", "123456.70"],
  ["¥1,235", "1235"],
  ["¥1,234,567", "1234567"],
  ["KD 1,234.567", "1234.567"],
  ["\u22125,00 kr", "-5.00"],
  ["$0.01", "0.01"],
  ["7", "7"],
])("%s reads as %s whatever the locale", (text, value) => {
  expect(fromText(moneyCodec, text)).toBe(value)
})

test.each([
  ["000000000001e240", "1234.56"],
  ["fffffffffffffb2e", "-12.34"],
  ["0000000000000000", "0.00"],
  ["ffffffffffffffff", "-0.01"],
  ["8000000000000000", "-92233720368547758.08"],
])("the count %s has two decimals", (hex, value) => {
  expect(fromHex(moneyCodec, hex)).toBe(value)
})

test("is written as text only, which the server reads by its locale", () => {
  expect(toHex(moneyCodec, 1.5)).toBeUndefined()
  expect([moneyCodec.encodeText("1,50 €"), moneyCodec.encodeText(1.5), moneyCodec.encodeText(2n)]).toEqual([
    "1,50 €",
    "1.5",
    "2",
  ])
  expect(() => moneyCodec.encodeText({})).toThrow(EncodeError)
})

test("refuses what is no amount", () => {
  for (const text of ["", "$", "free"]) expect(() => fromText(moneyCodec, text)).toThrow(DecodeError)
  expect(() => fromHex(moneyCodec, "00")).toThrow(DecodeError)
})
