import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { uuidCodec } from "../../../src/types/uuid.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const TEXT = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
const HEX = TEXT.replaceAll("-", "")

test("both formats, both directions", () => {
  expect([fromText(uuidCodec, TEXT), fromHex(uuidCodec, HEX)]).toEqual([TEXT, TEXT])
  expect(uuidCodec.encodeText(TEXT)).toBe(TEXT)
})

// The forms that the manual lists.
test.each([TEXT, TEXT.toUpperCase(), `{${TEXT}}`, HEX, "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", `{${HEX}}`])(
  "%s is written in binary",
  (text) => {
    expect(toHex(uuidCodec, text)).toBe(HEX)
    expect(uuidCodec.encodeText(text)).toBe(text)
  },
)

test.each([
  "",
  "x",
  `${TEXT}0`,
  TEXT.slice(1),
  `{${TEXT}`,
  `${TEXT}}`,
  TEXT.replace("-", "--"),
  ` ${TEXT}`,
  TEXT.replace("a", "\u0161"),
  TEXT.replace("a", "g"),
])("%j is left to the server", (text) => {
  expect(toHex(uuidCodec, text)).toBeUndefined()
  expect(uuidCodec.encodeText(text)).toBe(text)
})

test("takes sixteen bytes", () => {
  const bytes = Buffer.from(HEX, "hex")
  expect(toHex(uuidCodec, bytes)).toBe(HEX)
  expect(uuidCodec.encodeText(new Uint8Array(bytes))).toBe(TEXT)
  expect(toHex(uuidCodec, bytes.subarray(1))).toBeUndefined()
  expect(() => uuidCodec.encodeText(bytes.subarray(1))).toThrow("expected 16 bytes, got 15 bytes")
})

test("refuses everything else", () => {
  for (const value of [1, true, {}, [], null]) expect(() => uuidCodec.encodeText(value)).toThrow(EncodeError)
  for (const hex of ["", `${HEX}00`]) expect(() => fromHex(uuidCodec, hex)).toThrow(DecodeError)
})
