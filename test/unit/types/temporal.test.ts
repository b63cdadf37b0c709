import { expect, test } from "vitest"
import { Interval } from "../../../src/types/interval.ts"
import { runtimeTemporal, type TemporalNamespace, temporalCodecs } from "../../../src/types/temporal.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

/** Stands for an object of Temporal by what it was made with. */
class Made {
  readonly numbers: readonly number[]
  constructor(...numbers: number[]) {
    this.numbers = numbers.map((number) => number + 0)
  }
}
class PlainDate extends Made {}
class PlainTime extends Made {}
class PlainDateTime extends Made {}
class Duration extends Made {}
class Instant {
  readonly nanoseconds: bigint
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
  static fromEpochNanoseconds(nanoseconds: bigint): Instant {
    return new Instant(nanoseconds)
  }
}

const namespace: TemporalNamespace = { Instant, PlainDate, PlainTime, PlainDateTime, Duration }
const codecs = temporalCodecs(namespace)

test("dates, with years before 1", () => {
  expect(fromHex(codecs.date, "0000264e")).toStrictEqual(new PlainDate(2026, 11, 6))
  expect(fromText(codecs.date, "2026-11-06")).toStrictEqual(new PlainDate(2026, 11, 6))
  expect(fromText(codecs.date, "0044-03-15 BC")).toStrictEqual(new PlainDate(-43, 3, 15))
})

test("times to the microsecond", () => {
  expect(fromHex(codecs.time, "0000000861cc0920")).toStrictEqual(new PlainTime(10, 0, 0, 500, 0))
  expect(fromText(codecs.time, "23:59:59.999999")).toStrictEqual(new PlainTime(23, 59, 59, 999, 999))
})

test("timestamps to the microsecond", () => {
  const wall = new PlainDateTime(2026, 11, 20, 10, 0, 0, 123, 456)
  expect(fromHex(codecs.timestamp, "000303b1136cca40")).toStrictEqual(wall)
  expect(fromText(codecs.timestamp, "2026-11-20 10:00:00.123456")).toStrictEqual(wall)
  const instant = new Instant(1_795_168_800_123_456_000n)
  expect(fromHex(codecs.timestamptz, "000303b1136cca40")).toStrictEqual(instant)
  expect(fromText(codecs.timestamptz, "2026-11-20 11:00:00.123456+01")).toStrictEqual(instant)
  expect(fromHex(codecs.timestamptz, "fffca2fec4c81e0c")).toStrictEqual(new Instant(-500_000n))
})

test("intervals of one sign", () => {
  expect(fromText(codecs.interval, "P1Y2M3DT4H5M6.789S")).toStrictEqual(new Duration(1, 2, 0, 3, 4, 5, 6, 789, 0))
  expect(fromText(codecs.interval, "P-1Y-2MT-4H-5M-6.000001S")).toStrictEqual(
    new Duration(-1, -2, 0, 0, -4, -5, -6, 0, -1),
  )
  expect(fromText(codecs.interval, "PT0S")).toStrictEqual(new Duration(0, 0, 0, 0, 0, 0, 0, 0, 0))
})

test("what Temporal cannot hold is not lost", () => {
  expect(fromText(codecs.date, "infinity")).toBe(Infinity)
  expect(fromHex(codecs.timestamp, "8000000000000000")).toBe(-Infinity)
  expect(fromHex(codecs.timestamptz, "7fffffffffffffff")).toBe(Infinity)
  expect(fromText(codecs.date, "275760-09-13")).toStrictEqual(new PlainDate(275760, 9, 13))
  expect(fromText(codecs.date, "275760-09-14")).toBe("275760-09-14")
  expect(fromText(codecs.timestamp, "275760-09-13 23:59:59.5")).toBeInstanceOf(PlainDateTime)
  expect(fromText(codecs.timestamp, "275760-09-14 00:00:00")).toBe("275760-09-14 00:00:00")
  expect(fromText(codecs.timestamptz, "275760-09-13 00:00:00+00")).toBeInstanceOf(Instant)
  expect(fromText(codecs.timestamptz, "275760-09-13 00:00:00.000001+00")).toBe("275760-09-13 00:00:00.000001+00")
  expect(fromText(codecs.time, "24:00:00")).toBe("24:00:00")
  expect(fromText(codecs.interval, "infinity")).toBe(Interval.infinity)
  expect(fromText(codecs.interval, "1 mon -1 days")).toStrictEqual(new Interval(1, -1, 0n))
})

test("going in, they are the codecs of their types", () => {
  expect(toHex(codecs.date, "2026-11-06")).toBe("0000264e")
  expect(codecs.timestamptz.encodeText(new Date(0))).toBe("1970-01-01 00:00:00+00")
  expect(codecs.interval.name).toBe("interval")
})

test("the runtime's own is found where there is one", () => {
  expect(runtimeTemporal()).toBe((globalThis as { readonly Temporal?: TemporalNamespace }).Temporal)
})
