import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { cidrCodec, inetCodec, macaddr8Codec, macaddrCodec } from "../../../src/types/network.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes are inet_send's on PostgreSQL 18, the text inet_out's.
test.each([
  ["022000040a000001", "10.0.0.1"],
  ["021800040a000001", "10.0.0.1/24"],
  ["0220000400000000", "0.0.0.0"],
  ["0200000400000000", "0.0.0.0/0"],
  ["0380001000000000000000000000000000000001", "::1"],
  ["0380001000000000000000000000000000000000", "::"],
  ["0380001000000000000000000000000000000002", "::2"],
  ["0380001000000000000000000000ffff01020304", "::ffff:1.2.3.4"],
  ["0380001000000000000000000000000001020304", "::1.2.3.4"],
  ["0380001000010000000000000002000000000000", "1::2:0:0:0"],
  ["0380001000010000000000020000000000000000", "1:0:0:2::"],
  ["0340001020010db8000000010000000200030004", "2001:db8:0:1:0:2:3:4/64"],
])("inet %s is %s in both formats and both directions", (hex, text) => {
  expect(fromHex(inetCodec, hex)).toBe(text)
  expect(fromText(inetCodec, text)).toBe(text)
  expect(toHex(inetCodec, text)).toBe(hex)
})

test.each([
  ["022001040a000001", "10.0.0.1/32"],
  ["021001040a010000", "10.1.0.0/16"],
  ["0330011020010db8000000000000000000000000", "2001:db8::/48"],
])("cidr %s is %s in both formats and both directions", (hex, text) => {
  expect(fromHex(cidrCodec, hex)).toBe(text)
  expect(fromText(cidrCodec, text)).toBe(text)
  expect(toHex(cidrCodec, text)).toBe(hex)
})

test("hardware addresses", () => {
  expect(fromHex(macaddrCodec, "08002b0102ff")).toBe("08:00:2b:01:02:ff")
  expect(fromText(macaddrCodec, "08:00:2b:01:02:ff")).toBe("08:00:2b:01:02:ff")
  expect(toHex(macaddrCodec, "08:00:2B:01:02:ff")).toBe("08002b0102ff")
  expect(fromHex(macaddr8Codec, "08002b0102030405")).toBe("08:00:2b:01:02:03:04:05")
  expect(toHex(macaddr8Codec, "08:00:2b:01:02:03:04:05")).toBe("08002b0102030405")
  expect(toHex(macaddr8Codec, "08:00:2b:01:02:03")).toBeUndefined()
})

test.each([
  "10.1",
  "10.0.0.256",
  "10.0.0.1/33",
  "10.0.0.1/",
  "1.2.3.4.5",
  "::1::",
  ":::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7::8",
  "::g",
  "1.2.3.4::",
  "::1.2.3.4:5",
  "",
])("other text goes to the server as it is: %j", (text) => {
  expect(toHex(inetCodec, text)).toBeUndefined()
  expect(inetCodec.encodeText(text)).toBe(text)
  expect(toHex(macaddrCodec, text)).toBeUndefined()
})

test.each([
  "",
  "02",
  "0220000400",
  "0220000404040404040404",
  "042000040a000001",
  "022100040a000001",
  "022000100a000001",
])("the address %s is malformed", (hex) => {
  expect(() => fromHex(inetCodec, hex)).toThrow(DecodeError)
  expect(() => fromHex(cidrCodec, hex)).toThrow(DecodeError)
  expect(() => fromHex(macaddrCodec, hex)).toThrow(DecodeError)
  if (hex.length !== 16) expect(() => fromHex(macaddr8Codec, hex)).toThrow(DecodeError)
})

test("objects are no addresses", () => {
  for (const codec of [inetCodec, cidrCodec, macaddrCodec, macaddr8Codec]) {
    expect(() => codec.encodeText({})).toThrow(EncodeError)
    expect(() => codec.encodeText("\0")).toThrow(EncodeError)
    expect(toHex(codec, {})).toBeUndefined()
  }
})

test("a cidr with bits behind its prefix goes as text, for the server says in text best what is wrong", () => {
  for (const text of ["10.1.2.3/8", "10.0.0.0/5", "::1/8", "::1/127"]) {
    expect(toHex(cidrCodec, text)).toBeUndefined()
    expect(toHex(inetCodec, text)).toBeDefined()
  }
  for (const text of ["10.0.0.0/7", "10.0.0.1/32", "0.0.0.0/0", "::1/128"]) expect(toHex(cidrCodec, text)).toBeDefined()
})
