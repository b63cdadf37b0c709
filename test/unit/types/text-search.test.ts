import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { tsqueryCodec, tsvectorCodec } from "../../../src/types/text-search.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes and texts are PostgreSQL 18's own.
test.each([
  ["000000035c78000000612762000004c001000280034004c3bc000000", "'\\\\x' 'a''b':1A,2,3B,4C 'ü'"],
  ["00000000", ""],
])("tsvector %s is %s", (hex, text) => {
  expect(fromHex(tsvectorCodec, hex)).toBe(text)
  expect(fromText(tsvectorCodec, text)).toBe(text)
  expect(tsvectorCodec.encodeText(text)).toBe(text)
})

test.each([
  ["00000008020202040001010000640002030108016300010000620002010100006100", "!'a' & ( 'b' | 'c':*A ) <-> 'd'"],
  ["000000050204000302040001010000630001000062000100006100", "'a' <3> ( 'b' <-> 'c' )"],
  ["000000050204000101000063000204000101000062000100006100", "'a' <-> 'b' <-> 'c'"],
  ["000000040201020301000062000100006100", "!( 'a' | 'b' )"],
  ["000000010107007800", "'x':BCD"],
  ["0000000402040001020101000062000100006100", "'a' <-> !'b'"],
  ["000000010100006974277300", "'it''s'"],
  ["00000000", ""],
])("tsquery %s is %s", (hex, text) => {
  expect(fromHex(tsqueryCodec, hex)).toBe(text)
  expect(fromText(tsqueryCodec, text)).toBe(text)
  expect(tsqueryCodec.encodeText(text)).toBe(text)
})

test("depth costs no stack", () => {
  const depth = 100_000
  const not = "0201".repeat(depth)
  const count = (depth + 1).toString(16).padStart(8, "0")
  expect(fromHex(tsqueryCodec, `${count}${not}0100006100`)).toBe(`${"!".repeat(depth)}'a'`)
})

test.each([
  ["nothing", ""],
  ["more lexemes than bytes", "7fffffff"],
  ["a negative count", "ffffffff"],
  ["a lexeme without its end", "00000001616161"],
  ["no count of positions", "0000000161616100"],
  ["more positions than bytes", "000000016100ffff0001"],
  ["bytes behind the last lexeme", "0000000161000000ff"],
])("a tsvector with %s is malformed", (_, hex) => {
  expect(() => fromHex(tsvectorCodec, hex)).toThrow(DecodeError)
})

test.each([
  ["nothing", ""],
  ["more items than bytes", "7fffffff0101"],
  ["an unknown item", "000000010300"],
  ["an unknown operator", "000000010205"],
  ["a lexeme without its end", "00000001010000616161"],
  ["half a phrase operator", "00000001020400"],
  ["an operator without operands", "000000010201"],
  ["an operator with one operand", "0000000202020100006100"],
  ["two operands and no operator", "0000000201000061000100006200"],
  ["bytes behind the last item", "00000001010000610000"],
])("a tsquery with %s is malformed", (_, hex) => {
  expect(() => fromHex(tsqueryCodec, hex)).toThrow(DecodeError)
})

test("only text is sent", () => {
  expect(toHex(tsvectorCodec, "'a'")).toBeUndefined()
  expect(tsvectorCodec.encodeText("fat cat")).toBe("fat cat")
  for (const value of [{}, [], "\0"]) {
    expect(() => tsvectorCodec.encodeText(value)).toThrow(EncodeError)
    expect(() => tsqueryCodec.encodeText(value)).toThrow(EncodeError)
  }
})
