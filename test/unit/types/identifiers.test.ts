import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import {
  cidCodec,
  lsnCodec,
  oidCodec,
  regCodecs,
  tidCodec,
  xid8Codec,
  xidCodec,
} from "../../../src/types/identifiers.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

describe.each([[oidCodec], [xidCodec], [cidCodec]])("$name", (codec) => {
  test("is an unsigned 32-bit number", () => {
    expect([fromText(codec, "4294967295"), fromHex(codec, "ffffffff")]).toEqual([4294967295, 4294967295])
    expect([toHex(codec, 4294967295), toHex(codec, 0)]).toEqual(["ffffffff", "00000000"])
    expect([codec.encodeText(4294967295), codec.encodeText("17"), codec.encodeText(5n)]).toEqual([
      "4294967295",
      "17",
      "5",
    ])
  })

  test("refuses what is none", () => {
    for (const text of ["-1", "4294967296", "", "x"]) expect(() => fromText(codec, text)).toThrow(DecodeError)
    for (const hex of ["", "00", "0000000000"]) expect(() => fromHex(codec, hex)).toThrow(DecodeError)
    for (const value of [-1, 4294967296, 1.5, true, {}]) {
      expect(toHex(codec, value)).toBeUndefined()
      expect(() => codec.encodeText(value)).toThrow(EncodeError)
    }
    for (const text of ["x", "4294967296"]) {
      expect(toHex(codec, text)).toBeUndefined()
      // Versions before 16 take any text for an xid or a cid.
      if (codec.name === "oid") expect(() => codec.encodeText(text)).toThrow(EncodeError)
      else expect(codec.encodeText(text)).toBe(text)
    }
  })
})

test("xid8 is an unsigned 64-bit bigint", () => {
  const max = 18446744073709551615n
  expect([fromText(xid8Codec, String(max)), fromHex(xid8Codec, "ffffffffffffffff")]).toEqual([max, max])
  expect([toHex(xid8Codec, max), toHex(xid8Codec, 1), toHex(xid8Codec, "2")]).toEqual([
    "ffffffffffffffff",
    "0000000000000001",
    "0000000000000002",
  ])
  for (const value of [-1, max + 1n, 0.5]) {
    expect(toHex(xid8Codec, value)).toBeUndefined()
    expect(() => xid8Codec.encodeText(value)).toThrow(EncodeError)
  }
  for (const text of ["-1", "010", "0x1F", "1_000", " 1"]) {
    expect(toHex(xid8Codec, text)).toBeUndefined()
    expect(xid8Codec.encodeText(text)).toBe(text)
  }
  for (const text of ["-1", String(max + 1n), "1".repeat(21), ""]) {
    expect(() => fromText(xid8Codec, text)).toThrow(DecodeError)
  }
})

test.each([
  [tidCodec, "(4294967295,65535)", "ffffffffffff"],
  [tidCodec, "(0,1)", "000000000001"],
  [lsnCodec, "16/B374D848", "00000016b374d848"],
  [lsnCodec, "0/0", "0000000000000000"],
  [lsnCodec, "FFFFFFFF/FFFFFFFF", "ffffffffffffffff"],
])("$name $1", (codec, text, hex) => {
  expect([fromText(codec, text), fromHex(codec, hex)]).toEqual([text, text])
  expect(toHex(codec, text)).toBe(hex)
  expect(codec.encodeText(text)).toBe(text)
  expect(() => fromHex(codec, `${hex}00`)).toThrow(DecodeError)
  for (const odd of ["(1)", "(4294967296,0)", "(0,65536)", "1/G", "123456789/0", 5]) {
    expect(toHex(codec, odd)).toBeUndefined()
  }
  expect(() => codec.encodeText({})).toThrow(EncodeError)
})

test("reg* are names, and numbers where there is nothing else", () => {
  expect(regCodecs.map((codec) => codec.name)).toContain("regclass")
  for (const codec of regCodecs) {
    expect(fromText(codec, 'app."Order"')).toBe('app."Order"')
    expect(fromHex(codec, "000004eb")).toBe("1259")
    expect([toHex(codec, 1259), toHex(codec, "pg_class")]).toEqual(["000004eb", undefined])
    expect([codec.encodeText("pg_class"), codec.encodeText(1259)]).toEqual(["pg_class", "1259"])
    expect(() => fromHex(codec, "00")).toThrow(DecodeError)
  }
})
