import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { lqueryCodec, ltreeCodec, ltxtqueryCodec } from "../../../src/types/ltree.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes are those of the extension's own send functions.
test.each([
  [ltreeCodec.name, "01612e622e63", "a.b.c", ltreeCodec],
  [ltreeCodec.name, "01", "", ltreeCodec],
  [lqueryCodec.name, "01612e2a7b312c327d2e627c63", "a.*{1,2}.b|c", lqueryCodec],
  [ltxtqueryCodec.name, "0161202620622a", "a & b*", ltxtqueryCodec],
])("%s %s is %s in both formats and both directions", (_, hex, text, codec) => {
  expect(fromHex(codec, hex)).toBe(text)
  expect(fromText(codec, text)).toBe(text)
  expect(toHex(codec, text)).toBe(hex)
  expect(codec.encodeText(text)).toBe(text)
})

test("only version 1 is known", () => {
  expect(() => fromHex(ltreeCodec, "")).toThrow(DecodeError)
  expect(() => fromHex(ltreeCodec, "0261")).toThrow(DecodeError)
})

test("only text is sent", () => {
  expect(() => ltreeCodec.encodeText({})).toThrow(EncodeError)
  expect(() => toHex(ltreeCodec, "a\0b")).toThrow(EncodeError)
  expect(toHex(ltreeCodec, 1)).toBeUndefined()
  expect(ltreeCodec.encodeText(1)).toBe("1")
})
