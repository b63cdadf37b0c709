import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { timestampCodec, timestampCodecOf, timestamptzCodec, timestamptzCodecOf } from "../../../src/types/timestamp.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const instantText = timestamptzCodecOf({ as: "string" })
const wallDate = timestampCodecOf({ as: "date" })

// The bytes are timestamptz_send's on PostgreSQL 18, the text its own in the time zone UTC.
const FINITE: readonly (readonly [string, string])[] = [
  ["000303b1136cca40", "2026-11-20 10:00:00.123456"],
  ["0000000000000000", "2000-01-01 00:00:00"],
  ["ffffffffffffffff", "1999-12-31 23:59:59.999999"],
  ["fffca2fec4c81e0c", "1969-12-31 23:59:59.9995"],
  ["ff1af9e8fb46d000", "0044-03-15 12:00:00 BC"],
  ["ff2ae44b55f94800", "0099-02-28 10:00:00"],
  ["fd0f7cc1411fa000", "4714-11-24 00:00:00 BC"],
  ["7fffff5bb3b29fff", "294276-12-31 23:59:59.999999"],
  ["77e41537f02823e8", "275760-09-13 00:00:00.001"],
]

test.each(FINITE)("%s is %s as text, in both formats and both directions", (hex, text) => {
  expect(fromHex(timestampCodec, hex)).toBe(text)
  expect(fromText(timestampCodec, text)).toBe(text)
  expect(toHex(timestampCodec, text)).toBe(hex)
  const zoned = text.endsWith(" BC") ? text.replace(" BC", "+00 BC") : `${text}+00`
  expect(fromHex(instantText, hex)).toBe(zoned)
  expect(fromText(instantText, zoned)).toBe(zoned)
  expect(toHex(instantText, zoned)).toBe(hex)
})

test.each([
  ["000303b1136cca40", "2026-11-20 10:00:00.123456+00", "2026-11-20T10:00:00.123Z"],
  ["ffffffffffffffff", "1999-12-31 23:59:59.999999+00", "1999-12-31T23:59:59.999Z"],
  ["fffca2fec4c81e0c", "1969-12-31 23:59:59.9995+00", "1969-12-31T23:59:59.999Z"],
  ["ff1af9e8fb46d000", "0044-03-15 12:00:00+00 BC", "-000043-03-15T12:00:00.000Z"],
  ["ff2ae44b55f94800", "0099-02-28 10:00:00+00", "0099-02-28T10:00:00.000Z"],
  ["77e41537f0282000", "275760-09-13 00:00:00+00", "+275760-09-13T00:00:00.000Z"],
])("the Date of %s loses less than a millisecond, downwards", (hex, text, iso) => {
  const fromBinary = fromHex(timestamptzCodec, hex)
  expect(fromBinary).toBeInstanceOf(Date)
  expect((fromBinary as Date).toISOString()).toBe(iso)
  expect(fromText(timestamptzCodec, text)).toEqual(fromBinary)
  expect(fromHex(wallDate, hex)).toEqual(fromBinary)
})

test("what no Date can be is not lost", () => {
  for (const codec of [timestamptzCodec, wallDate]) {
    expect(fromHex(codec, "7fffffffffffffff")).toBe(Infinity)
    expect(fromHex(codec, "8000000000000000")).toBe(-Infinity)
    expect(fromText(codec, "infinity")).toBe(Infinity)
    expect(fromText(codec, "-infinity")).toBe(-Infinity)
    expect(toHex(codec, Infinity)).toBe("7fffffffffffffff")
    expect(toHex(codec, -Infinity)).toBe("8000000000000000")
  }
  for (const codec of [timestampCodec, instantText]) {
    expect(fromHex(codec, "7fffffffffffffff")).toBe("infinity")
    expect(fromText(codec, "-infinity")).toBe("-infinity")
    expect(toHex(codec, "-infinity")).toBe("8000000000000000")
    expect(codec.encodeText(Infinity)).toBe("infinity")
  }
  const late = "294276-12-31 23:59:59.999999+00"
  expect(fromHex(timestamptzCodec, "7fffff5bb3b29fff")).toBe(late)
  expect(fromText(timestamptzCodec, "294277-01-01 00:59:59.999999+01")).toBe(late)
})

test.each([
  ["2026-11-20 11:00:00.123456+01"],
  ["2026-11-20 15:30:15.123456+05:30:15"],
  ["2026-11-20 06:30:00.123456-03:30"],
])("the session's time zone makes no difference: %s", (text) => {
  expect(fromText(timestamptzCodec, text)).toEqual(new Date("2026-11-20T10:00:00.123Z"))
  expect(fromText(instantText, text)).toBe("2026-11-20 10:00:00.123456+00")
  expect(toHex(timestamptzCodec, text)).toBe("000303b1136cca40")
})

test.each([
  ["SQL, DMY", "05/11/2026 10:00:00.5 UTC", "2026-11-05 10:00:00.5+00"],
  ["SQL, MDY", "11/05/2026 10:00:00.5 +0545", "2026-11-05 04:15:00.5+00"],
  ["SQL, MDY", "11/05/2026 10:00:00.5-03 BC", "2026-11-05 13:00:00.5+00 BC"],
  ["Postgres, MDY", "Thu Nov 05 10:00:00.5 2026 GMT", "2026-11-05 10:00:00.5+00"],
  ["Postgres, DMY", "Thu 05 Nov 10:00:00.5 0044 UTC BC", "0044-11-05 10:00:00.5+00 BC"],
  ["German, DMY", "05.11.2026 10:00:00.5 -02", "2026-11-05 12:00:00.5+00"],
])("DateStyle %s reads %s", (dateStyle, text, iso) => {
  expect(fromText(timestamptzCodecOf({ as: "string", dateStyle }), text)).toBe(iso)
})

test("an abbreviation of a time zone is not guessed", () => {
  const codec = timestamptzCodecOf({ as: "date", dateStyle: "SQL, MDY" })
  expect(() => fromText(codec, "11/05/2026 10:00:00 IST")).toThrow(DecodeError)
  expect(() => fromText(timestampCodec, "03/04/2026 10:00:00")).toThrow(DecodeError)
  expect(fromText(timestampCodec, "Fri Nov 20 10:00:00.5 2026")).toBe("2026-11-20 10:00:00.5")
})

test("a Date is its instant, or for a timestamp its wall clock in UTC", () => {
  const date = new Date("2026-11-20T10:00:00.123Z")
  expect(fromHex(instantText, toHex(timestamptzCodec, date) ?? "")).toBe("2026-11-20 10:00:00.123+00")
  expect(fromHex(timestampCodec, toHex(timestampCodec, date) ?? "")).toBe("2026-11-20 10:00:00.123")
  expect(timestamptzCodec.encodeText(date)).toBe("2026-11-20 10:00:00.123+00")
  expect(timestampCodec.encodeText(date)).toBe("2026-11-20 10:00:00.123")
  expect(timestamptzCodec.encodeText(new Date(-1))).toBe("1969-12-31 23:59:59.999+00")
  expect(timestamptzCodec.encodeText(new Date("-000043-03-15T12:00:00Z"))).toBe("0044-03-15 12:00:00+00 BC")
  expect(timestamptzCodec.encodeText(new Date(8.64e15))).toBe("275760-09-13 00:00:00+00")
})

test("what cannot be a timestamp is refused", () => {
  for (const codec of [timestampCodec, timestamptzCodec]) {
    for (const date of [new Date(Number.NaN), new Date(-8.64e15)]) {
      expect(() => toHex(codec, date)).toThrow(EncodeError)
      expect(() => codec.encodeText(date)).toThrow(EncodeError)
    }
    for (const value of [{}, [], Symbol("x"), "a\0b", "\udfff"]) {
      expect(() => codec.encodeText(value)).toThrow(EncodeError)
    }
  }
})

test("text that depends on the session, or that only the server can read, goes to it as it is", () => {
  for (const text of [
    "now",
    "2026-11-20T10:00:00Z",
    "2026-11-20 10:00",
    "2026-02-30 10:00:00",
    "2026-11-20 24:00:00",
  ]) {
    expect(toHex(timestampCodec, text)).toBeUndefined()
    expect(toHex(timestamptzCodec, text)).toBeUndefined()
    expect(timestampCodec.encodeText(text)).toBe(text)
  }
  expect(toHex(timestamptzCodec, "2026-11-20 10:00:00")).toBeUndefined()
  expect(toHex(timestampCodec, "2026-11-20 10:00:00+02")).toBeUndefined()
})

test.each([
  "",
  "00",
  "00000000000000",
  "000000000000000000",
  "7fffff5bb3b2a000",
  "fd0f7cc1411f9fff",
  "7ffffffffffffffe",
])("the bytes %s are malformed", (hex) => {
  expect(() => fromHex(timestampCodec, hex)).toThrow(DecodeError)
  expect(() => fromHex(timestamptzCodec, hex)).toThrow(DecodeError)
})

test.each([
  "",
  "2026-11-20",
  "2026-11-20 10:00",
  "2026-11-20 10:00:60",
  "2026-11-20 25:00:00",
  "2026-11-20 10:00:00.",
  "2026-11-20 10:00:00.1234567",
  "2026-11-20 10:00:00+",
  "2026-11-20 10:00:00+1",
  "2026-11-20 10:00:00+01:",
  "2026-11-20 10:00:00+01:00:00:00",
  "2026-11-20 10:00:00 AD",
  "294277-01-01 00:00:00",
  "99999999-01-01 00:00:00",
])("the text %j is malformed", (text) => {
  expect(() => fromText(timestamptzCodec, text)).toThrow(DecodeError)
})

test("Temporal objects keep their microseconds and are refused beyond them", () => {
  const instant = (iso: string) => ({ [Symbol.toStringTag]: "Temporal.Instant", toString: () => iso })
  const zoned = (iso: string) => ({
    [Symbol.toStringTag]: "Temporal.ZonedDateTime",
    toInstant: () => instant(iso),
    toString: () => "2026-11-20T11:00:00+01:00[Europe/Berlin]",
  })
  const plain = (iso: string) => ({ [Symbol.toStringTag]: "Temporal.PlainDateTime", toString: () => iso })
  expect(timestamptzCodec.encodeText(instant("2026-11-20T10:00:00.123456Z"))).toBe("2026-11-20 10:00:00.123456+00")
  expect(timestamptzCodec.encodeText(instant("2026-11-20T10:00:00.123456000Z"))).toBe("2026-11-20 10:00:00.123456+00")
  expect(toHex(timestamptzCodec, instant("2026-11-20T10:00:00.123456Z"))).toBe("000303b1136cca40")
  expect(toHex(timestamptzCodec, zoned("2026-11-20T10:00:00.123456Z"))).toBe("000303b1136cca40")
  expect(toHex(timestampCodec, plain("2026-11-20T10:00:00.123456"))).toBe("000303b1136cca40")
  expect(timestampCodec.encodeText(plain("-000043-03-15T12:00:00"))).toBe("0044-03-15 12:00:00 BC")
  expect(() => timestamptzCodec.encodeText(instant("2026-11-20T10:00:00.123456001Z"))).toThrow(EncodeError)
  expect(() => timestampCodec.encodeText(instant("2026-11-20T10:00:00Z"))).toThrow(EncodeError)
  expect(() => timestamptzCodec.encodeText(plain("2026-11-20T10:00:00"))).toThrow(EncodeError)
})

test("the first instant is read in text west of Greenwich too, where it is on the day before", () => {
  const text = timestamptzCodecOf({ as: "string" })
  expect(fromText(text, "4714-11-23 19:03:58-04:56:02 BC")).toBe("4714-11-24 00:00:00+00 BC")
  expect(() => fromText(text, "4714-11-23 19:03:57-04:56:02 BC")).toThrow(DecodeError)
  expect(() => fromText(text, "4714-11-23 23:59:59+00 BC")).toThrow(DecodeError)
})
