import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { Interval, intervalCodec } from "../../../src/types/interval.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes are interval_send's on PostgreSQL 18, the text its own under IntervalStyle iso_8601.
const PAIRS: readonly (readonly [string, string])[] = [
  ["000000036c97ca88000000030000000e", "P1Y2M3DT4H5M6.789S"],
  ["00000000000000000000000000000000", "PT0S"],
  ["fffffffc93743f7f00000003fffffff2", "P-1Y-2M3DT-4H-5M-6.000001S"],
  ["fffffffffff85ee00000000000000000", "PT-0.5S"],
  ["7ffffffffffffffe7fffffff7fffffff", "P178956970Y7M2147483647DT2562047788H54.775806S"],
  ["000000000000000000000000ffffffff", "P-1M"],
  ["fffffffffff0bdc00000000100000000", "P1DT-1S"],
  ["00000053d1ac10000000000000000000", "PT100H"],
  ["7fffffffffffffff7fffffff7fffffff", "infinity"],
  ["80000000000000008000000080000000", "-infinity"],
  ["00000000000000008000000080000000", "P-178956970Y-8M-2147483648D"],
  ["80000000000000010000000000000000", "PT-2562047788H-54.775807S"],
]

test.each(PAIRS)("%s is %s in both formats and both directions", (hex, text) => {
  const interval = fromHex(intervalCodec, hex)
  expect(interval).toBeInstanceOf(Interval)
  expect(String(interval)).toBe(text)
  expect(JSON.stringify({ interval })).toBe(`{"interval":"${text}"}`)
  expect(fromText(intervalCodec, text)).toEqual(interval)
  expect(toHex(intervalCodec, interval)).toBe(hex)
  expect(intervalCodec.encodeText(interval)).toBe(text)
  expect(interval.isFinite).toBe(!text.endsWith("infinity"))
})

// The text is PostgreSQL's own in each style.
test.each([
  ["1 year 2 mons 3 days 04:05:06.789", "P1Y2M3DT4H5M6.789S"],
  ["-1 years -2 mons +3 days -04:05:06.000001", "P-1Y-2M3DT-4H-5M-6.000001S"],
  ["1 day -00:00:01", "P1DT-1S"],
  ["00:00:00", "PT0S"],
  ["-1 mons", "P-1M"],
  ["100:00:00", "PT100H"],
  ["@ 1 year 2 mons 3 days 4 hours 5 mins 6.789 secs", "P1Y2M3DT4H5M6.789S"],
  ["@ 1 year 2 mons -3 days 4 hours 5 mins 6.000001 secs ago", "P-1Y-2M3DT-4H-5M-6.000001S"],
  ["@ 0.5 secs ago", "PT-0.5S"],
  ["@ 1 sec", "PT1S"],
  ["@ 0", "PT0S"],
  ["+1-2 +3 +4:05:06.789", "P1Y2M3DT4H5M6.789S"],
  ["-1-2 +3 -4:05:06.000001", "P-1Y-2M3DT-4H-5M-6.000001S"],
  ["1-2", "P1Y2M"],
  ["-1-2", "P-1Y-2M"],
  ["3 4:05:06", "P3DT4H5M6S"],
  ["-3 4:05:06", "P-3DT-4H-5M-6S"],
  ["-4:05:06", "PT-4H-5M-6S"],
  ["0", "PT0S"],
  ["P1W", "P7D"],
])("the style of %j is known by its looks", (text, iso) => {
  expect(String(fromText(intervalCodec, text))).toBe(iso)
})

test.each([
  "",
  "P",
  "PT",
  "P1DT",
  "P1H",
  "1",
  "1 week",
  "1 day 2",
  "1 day 1:02:03 2 days",
  "@ ",
  "@ 1",
  "1 day x",
  "a day",
  "1.5 days",
  "2147483648 days",
  "P178956971Y",
  "PT2562047789H",
  "Infinity",
])("the text %j is malformed", (text) => {
  expect(() => fromText(intervalCodec, text)).toThrow(DecodeError)
})

test.each(["", "00", "000000036c97ca88000000030000000e00"])("the bytes %s are malformed", (hex) => {
  expect(() => fromHex(intervalCodec, hex)).toThrow(DecodeError)
})

test("plain objects, strings and Temporal.Duration are parameters", () => {
  expect(toHex(intervalCodec, { months: 14, days: 3, microseconds: 14706789000 })).toBe(PAIRS[0]?.[0])
  expect(toHex(intervalCodec, "1 week")).toBeUndefined()
  expect(intervalCodec.encodeText("1 week")).toBe("1 week")
  const duration = {
    [Symbol.toStringTag]: "Temporal.Duration",
    years: 1,
    months: 2,
    weeks: 0,
    days: 3,
    hours: 4,
    minutes: 5,
    seconds: 6,
    milliseconds: 700,
    microseconds: 89_000,
    nanoseconds: 0,
  }
  expect(toHex(intervalCodec, duration)).toBe(PAIRS[0]?.[0])
  expect(() => toHex(intervalCodec, { ...duration, nanoseconds: 1 })).toThrow(EncodeError)
  expect(toHex(intervalCodec, { ...duration, nanoseconds: 1000 })).not.toBe(PAIRS[0]?.[0])
})

test("what cannot be an interval is refused", () => {
  for (const value of [{}, { hours: 1 }, { months: 1, days: 2 }, [], new Date(), Symbol("x"), "\0"]) {
    expect(() => intervalCodec.encodeText(value)).toThrow(EncodeError)
    expect(toHex(intervalCodec, value)).toBeUndefined()
  }
  expect(() => new Interval(1.5, 0, 0n)).toThrow(EncodeError)
  expect(() => new Interval(2 ** 31, 0, 0n)).toThrow(EncodeError)
  expect(() => new Interval(0, Number.NaN, 0n)).toThrow(EncodeError)
  expect(() => new Interval(0, 0, 2n ** 63n)).toThrow(EncodeError)
  expect(() => new Interval(0, 0, 2 ** 60)).toThrow(EncodeError)
})
