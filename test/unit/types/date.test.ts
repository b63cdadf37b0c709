import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { dateCodec, dateCodecOf } from "../../../src/types/date.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes are date_send's on PostgreSQL 18.
const PAIRS: readonly (readonly [string, string])[] = [
  ["00000000", "2000-01-01"],
  ["0000264e", "2026-11-06"],
  ["ffffffff", "1999-12-31"],
  ["7fda970c", "5874897-12-31"],
  ["ffda97a7", "4714-11-24 BC"],
  ["fff4dbf8", "0001-12-31 BC"],
  ["fff4dbf9", "0001-01-01"],
  ["7fffffff", "infinity"],
  ["80000000", "-infinity"],
]

test.each(PAIRS)("%s is %s in both formats and both directions", (hex, text) => {
  expect(fromHex(dateCodec, hex)).toBe(text)
  expect(fromText(dateCodec, text)).toBe(text)
  expect(toHex(dateCodec, text)).toBe(hex)
  expect(dateCodec.encodeText(text)).toBe(text)
})

test.each([
  ["SQL, MDY", "11/06/2026", "2026-11-06"],
  ["SQL, DMY", "06/11/2026", "2026-11-06"],
  ["Postgres, MDY", "11-06-2026", "2026-11-06"],
  ["Postgres, DMY", "06-11-2026 BC", "2026-11-06 BC"],
  ["German, DMY", "06.11.2026", "2026-11-06"],
])("DateStyle %s reads %s", (dateStyle, text, iso) => {
  expect(fromText(dateCodecOf({ dateStyle }), text)).toBe(iso)
})

test("without the session's DateStyle a date is read only when it is certain", () => {
  expect(fromText(dateCodec, "11/20/2026")).toBe("2026-11-20")
  expect(fromText(dateCodec, "20/11/2026")).toBe("2026-11-20")
  expect(fromText(dateCodec, "11/11/2026")).toBe("2026-11-11")
  expect(() => fromText(dateCodec, "10/11/2026")).toThrow(DecodeError)
})

test("a Date is its day in UTC, whatever the machine's time zone", () => {
  const late = new Date("2026-11-06T23:59:59.999Z")
  expect(toHex(dateCodec, late)).toBe("0000264e")
  expect(dateCodec.encodeText(late)).toBe("2026-11-06")
  const early = new Date(0)
  early.setUTCFullYear(-43, 2, 15)
  expect(dateCodec.encodeText(early)).toBe("0044-03-15 BC")
  early.setUTCFullYear(99, 0, 1)
  expect(dateCodec.encodeText(early)).toBe("0099-01-01")
  expect(fromHex(dateCodec, toHex(dateCodec, early) ?? "")).toBe("0099-01-01")
})

test("infinity is a number, too", () => {
  expect(toHex(dateCodec, Infinity)).toBe("7fffffff")
  expect(toHex(dateCodec, -Infinity)).toBe("80000000")
  expect(dateCodec.encodeText(-Infinity)).toBe("-infinity")
})

test("any other way to write a date is left to the server", () => {
  for (const text of [
    "today",
    "20261106",
    "2026-2-1",
    "2026-02-30",
    "0000-01-01",
    " 2026-02-01",
    "2026-02-01x",
    "۲۰۲۶-02-01",
  ]) {
    expect(toHex(dateCodec, text)).toBeUndefined()
    expect(dateCodec.encodeText(text)).toBe(text)
  }
})

test("what cannot be a date is refused", () => {
  for (const value of [new Date(Number.NaN), new Date(-8.64e15)]) {
    expect(() => toHex(dateCodec, value)).toThrow(EncodeError)
    expect(() => dateCodec.encodeText(value)).toThrow(EncodeError)
  }
  for (const value of [{}, [], Symbol("x"), () => 1, "a\0b", "\ud800"]) {
    expect(() => dateCodec.encodeText(value)).toThrow(EncodeError)
  }
})

test.each(["", "00", "000000", "0000000000", "7fda970d", "ffda97a6", "80000001"])(
  "the bytes %s are malformed",
  (hex) => {
    expect(() => fromHex(dateCodec, hex)).toThrow(DecodeError)
  },
)

test.each(["", "2026", "2026-13-01", "2026-02-29", "2026-02-01 ", "2026/02/01", "yesterday", "32.01.2026"])(
  "the text %j is malformed",
  (text) => {
    expect(() => fromText(dateCodec, text)).toThrow(DecodeError)
  },
)

test("Temporal.PlainDate of any calendar and any year", () => {
  const plain = (iso: string) => ({ [Symbol.toStringTag]: "Temporal.PlainDate", toString: () => iso })
  expect(dateCodec.encodeText(plain("2026-11-06"))).toBe("2026-11-06")
  expect(dateCodec.encodeText(plain("-000043-03-15"))).toBe("0044-03-15 BC")
  expect(dateCodec.encodeText(plain("0000-03-15"))).toBe("0001-03-15 BC")
  expect(dateCodec.encodeText(plain("+012345-03-15"))).toBe("12345-03-15")
  expect(toHex(dateCodec, plain("2026-11-06"))).toBe("0000264e")
  const zoned = { [Symbol.toStringTag]: "Temporal.Instant", toString: () => "2026-11-06T00:00:00Z" }
  expect(() => dateCodec.encodeText(zoned)).toThrow(EncodeError)
})
