import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { bitCodec, varbitCodec } from "../../../src/types/bit.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

test.each([
  ["10110", "00000005b0"],
  ["1011001101", "0000000ab340"],
  ["", "00000000"],
  ["00000001", "0000000801"],
])("%j in both formats and directions", (text, hex) => {
  for (const codec of [bitCodec, varbitCodec]) {
    expect([fromText(codec, text), fromHex(codec, hex)]).toEqual([text, text])
    expect(toHex(codec, text)).toBe(hex)
    expect(codec.encodeText(text)).toBe(text)
  }
})

test("other notations are left to the server", () => {
  for (const text of ["xFF", "b101", "2"]) {
    expect(toHex(bitCodec, text)).toBeUndefined()
    expect(bitCodec.encodeText(text)).toBe(text)
  }
  expect(() => bitCodec.encodeText([1, 0])).toThrow(EncodeError)
})

test.each(["", "000000", "00000001", "0000000980", "ffffffff", "7fffffff00", "00000000ff"])(
  "refuses the bytes %j",
  (hex) => {
    expect(() => fromHex(varbitCodec, hex)).toThrow(DecodeError)
  },
)
