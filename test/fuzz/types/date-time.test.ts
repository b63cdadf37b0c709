import fc from "fast-check"
import { expect, test } from "vitest"
import type { Codec } from "../../../src/types/codec.ts"
import { dateCodec } from "../../../src/types/date.ts"
import { Interval, intervalCodec } from "../../../src/types/interval.ts"
import { timeCodec, timetzCodec } from "../../../src/types/time.ts"
import { timestampCodec, timestampCodecOf, timestamptzCodec, timestamptzCodecOf } from "../../../src/types/timestamp.ts"
import { fuzzBinary } from "../../support/byte-fuzzer.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"
import { readOrRefuse } from "../../support/codec-properties.ts"

const EPOCH_MS = 946_684_800_000
const EPOCH_DAYS = 10_957
const instantText = timestamptzCodecOf({ as: "string" })

function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, "0")
}

/** The day that JavaScript's own calendar says, in the server's words. */
function dayOf(date: Date): string {
  const [year = "", month, day] = /^([+-]?\d+)-(\d\d)-(\d\d)T/.exec(date.toISOString())?.slice(1) ?? []
  const astronomical = Number(year)
  const padded = String(astronomical > 0 ? astronomical : 1 - astronomical).padStart(4, "0")
  return `${padded}-${month}-${day}${astronomical > 0 ? "" : " BC"}`
}

/** All of a codec's directions, from the bytes of one value. */
function goesRound(codec: Codec, hex: string): void {
  const value = fromHex(codec, hex)
  expect(toHex(codec, value)).toBe(hex)
  expect(fromText(codec, codec.encodeText(value))).toEqual(value)
}

test("timestamps go round, to the microsecond, and agree with Date", () => {
  const micros = fc.bigInt(-211_813_488_000_000_000n, 9_223_371_331_199_999_999n)
  fc.assert(
    fc.property(micros, (value) => {
      const hex = hex64(value)
      goesRound(timestampCodec, hex)
      goesRound(instantText, hex)
      const ms = Number(value / 1000n) - (value < 0n && value % 1000n !== 0n ? 1 : 0) + EPOCH_MS
      if (ms > 8.64e15) return
      const date = new Date(ms)
      expect(fromHex(timestamptzCodec, hex)).toEqual(date)
      expect(fromText(timestamptzCodec, instantText.encodeText(fromHex(instantText, hex)))).toEqual(date)
      expect(fromHex(timestampCodecOf({ as: "date" }), hex)).toEqual(date)
    }),
    { numRuns: 20_000 },
  )
})

test("dates go round and agree with Date", () => {
  fc.assert(
    fc.property(fc.integer({ min: -2_451_545, max: 100_000_000 - EPOCH_DAYS }), (days) => {
      const hex = (days >>> 0).toString(16).padStart(8, "0")
      goesRound(dateCodec, hex)
      const date = new Date((days + EPOCH_DAYS) * 86_400_000)
      expect(fromHex(dateCodec, hex)).toBe(dayOf(date))
      expect(toHex(dateCodec, date)).toBe(hex)
    }),
    { numRuns: 20_000 },
  )
})

test("every Date that the server has goes out and comes back", () => {
  const dates = fc.date({ min: new Date(Date.UTC(-4712, 0, 1)), max: new Date(8.64e15), noInvalidDate: true })
  fc.assert(
    fc.property(dates, (date) => {
      for (const codec of [timestamptzCodec, timestampCodecOf({ as: "date" })]) {
        expect(fromHex(codec, toHex(codec, date) ?? "")).toEqual(date)
        expect(fromText(codec, codec.encodeText(date))).toEqual(date)
      }
    }),
    { numRuns: 5000 },
  )
})

test("times go round", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 86_400_000_000n), fc.integer({ min: -57_599, max: 57_599 }), (micros, west) => {
      goesRound(timeCodec, hex64(micros))
      goesRound(timetzCodec, hex64(micros) + (west >>> 0).toString(16).padStart(8, "0"))
    }),
    { numRuns: 10_000 },
  )
})

test("intervals go round", () => {
  const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
  const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)
  fc.assert(
    fc.property(int32, int32, int64, (months, days, microseconds) => {
      const interval = new Interval(months, days, microseconds)
      const hex = toHex(intervalCodec, interval) ?? ""
      expect(fromHex(intervalCodec, hex)).toStrictEqual(interval)
      expect(Interval.parse(String(interval))).toStrictEqual(interval)
    }),
    { numRuns: 10_000 },
  )
})

test.each([
  [dateCodec, ["0000264e", "7fffffff"]],
  [timeCodec, ["0000000861cc0920", "000000141dd76000"]],
  [timetzCodec, ["0000000861cc0920ffffb299", "000000141dd7600000002a30"]],
  [timestampCodec, ["000303b1136cca40", "7fffffffffffffff", "fd0f7cc1411fa000"]],
  [timestamptzCodec, ["000303b1136cca40", "8000000000000000", "7fffff5bb3b29fff"]],
  [intervalCodec, ["000000036c97ca88000000030000000e", "7fffffffffffffff7fffffff7fffffff"]],
] as [Codec, string[]][])("any bytes are a value or a DecodeError: %#", (codec, samples) => {
  fuzzBinary(codec, samples)
})

test("any text is a value or a DecodeError", () => {
  const valid = [
    "2026-11-20 10:00:00.5+05:30 BC",
    "Fri Nov 20 10:00:00 2026",
    "20/11/2026",
    "-1-2 +3 -4:05:06",
    "P1Y2MT-3.5S",
  ]
  const mutated = fc
    .tuple(
      fc.constantFrom(...valid),
      fc.nat(40),
      fc.string({ maxLength: 2, unit: fc.constantFrom(..."0129:.-+/ PYMTSabc") }),
    )
    .map(([text, at, change]) => text.slice(0, at % text.length) + change + text.slice((at % text.length) + 1))
  const codecs = [dateCodec, timeCodec, timetzCodec, timestampCodec, timestamptzCodec, intervalCodec]
  readOrRefuse(codecs, fc.oneof(mutated, fc.string()))
})
