import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { recordWith } from "../../../src/types/record.ts"
import { textCodec } from "../../../src/types/text.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const record: Codec<unknown[]> = recordWith((oid) => ({ 23: int4Codec, 25: textCodec, 2249: record })[oid])

test("binary fields are read by their types, text fields are strings", () => {
  const hex = "0000000300000017000000040000000100000019000000016100000014ffffffff"
  expect(fromHex(record, hex)).toEqual([1, "a", null])
  expect(fromText(record, "(1,a,)")).toEqual(["1", "a", null])
  expect([fromHex(record, "00000000"), fromText(record, "()")]).toEqual([[], []])
  expect(fromText(record, '("")')).toEqual([""])
})

test("a field of an unknown type comes as its bytes", () => {
  expect(fromHex(record, "000000010001869f0000000278ff")).toEqual([Buffer.from("78ff", "hex")])
})

test("records within records are read, but not without end", () => {
  const nested = (depth: number): string => {
    let hex = "00000000"
    for (let i = 0; i < depth; i++) {
      hex = `00000001000008c9${(hex.length / 2).toString(16).padStart(8, "0")}${hex}`
    }
    return hex
  }
  expect(fromHex(record, nested(2))).toEqual([[[]]])
  expect(fromHex(record, nested(99))).toHaveLength(1)
  expect(() => fromHex(record, nested(100))).toThrow(DecodeError)
  expect(() => fromHex(record, nested(20_000))).toThrow("nested deeper than 100")
  expect(fromHex(record, nested(99))).toHaveLength(1)
})

test("only text goes out", () => {
  expect(record.encodeText("(1,2)")).toBe("(1,2)")
  expect(toHex(record, [1, 2])).toBeUndefined()
  expect(() => record.encodeText([1, 2])).toThrow(EncodeError)
})
