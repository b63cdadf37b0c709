import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { timeCodec, timetzCodec } from "../../../src/types/time.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes are time_send's and timetz_send's on PostgreSQL 18.
test.each([
  ["0000000861cc0920", "10:00:00.5"],
  ["000000141dd76000", "24:00:00"],
  ["0000000000000001", "00:00:00.000001"],
  ["000000141dd75fff", "23:59:59.999999"],
])("time %s is %s in both formats and both directions", (hex, text) => {
  expect(fromHex(timeCodec, hex)).toBe(text)
  expect(fromText(timeCodec, text)).toBe(text)
  expect(toHex(timeCodec, text)).toBe(hex)
})

test.each([
  ["0000000861cc0920ffffb299", "10:00:00.5+05:30:15"],
  ["000000141dd7600000002a30", "24:00:00-03"],
  ["000000000000000100000000", "00:00:00.000001+00"],
  ["000000141dd75fff0000e0ff", "23:59:59.999999-15:59:59"],
])("timetz %s is %s in both formats and both directions", (hex, text) => {
  expect(fromHex(timetzCodec, hex)).toBe(text)
  expect(fromText(timetzCodec, text)).toBe(text)
  expect(toHex(timetzCodec, text)).toBe(hex)
})

test("text that only the server can read goes to it as it is", () => {
  for (const text of ["noon", "10:00", "10:00 PM", "24:00:00.1", "10:00:00.1234567", "allballs"]) {
    expect(toHex(timeCodec, text)).toBeUndefined()
    expect(toHex(timetzCodec, text)).toBeUndefined()
    expect(timeCodec.encodeText(text)).toBe(text)
    expect(timetzCodec.encodeText(text)).toBe(text)
  }
  expect(toHex(timeCodec, "10:00:00+01")).toBeUndefined()
  expect(toHex(timetzCodec, "10:00:00")).toBeUndefined()
  expect(toHex(timetzCodec, "10:00:00+16")).toBeUndefined()
})

test("a Temporal.PlainTime is a time, and nothing else is", () => {
  const plain = { [Symbol.toStringTag]: "Temporal.PlainTime", toString: () => "10:00:00.5" }
  expect(toHex(timeCodec, plain)).toBe("0000000861cc0920")
  expect(timeCodec.encodeText(plain)).toBe("10:00:00.5")
  for (const value of [new Date(), {}, [1], Symbol("x"), "\0"]) {
    expect(() => timeCodec.encodeText(value)).toThrow(EncodeError)
    expect(() => timetzCodec.encodeText(value)).toThrow(EncodeError)
    expect(toHex(timeCodec, value)).toBeUndefined()
  }
})

test.each(["", "00000000", "000000141dd76001", "ffffffffffffffff", "7fffffffffffffff", "000000000000000000"])(
  "the bytes %s are malformed",
  (hex) => {
    expect(() => fromHex(timeCodec, hex)).toThrow(DecodeError)
    expect(() => fromHex(timetzCodec, hex)).toThrow(DecodeError)
  },
)

test.each(["000000000000000100010000", "0000000000000001ffff0000", "000000000000000180000000"])(
  "no offset has 16 hours: %s",
  (hex) => {
    expect(() => fromHex(timetzCodec, hex)).toThrow(DecodeError)
  },
)

test.each(["", "10", "10:00", "10:60:00", "24:00:01", "10:00:00 ", "1a:00:00"])("the text %j is malformed", (text) => {
  expect(() => fromText(timeCodec, text)).toThrow(DecodeError)
  expect(() => fromText(timetzCodec, `${text}+00`)).toThrow(DecodeError)
})

test("only a timetz has an offset", () => {
  expect(() => fromText(timeCodec, "10:00:00+00")).toThrow(DecodeError)
  expect(() => fromText(timetzCodec, "10:00:00")).toThrow(DecodeError)
})
