import { describe, expect, test } from "vitest"
import { decodeBase64, encodeBase64 } from "../../../src/auth/base64.ts"

describe("RFC 4648, section 10", () => {
  test.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("%j is %j", (plain, encoded) => {
    const bytes = new TextEncoder().encode(plain)
    expect(encodeBase64(bytes)).toBe(encoded)
    expect(decodeBase64(encoded)).toEqual(bytes)
  })
})

test("every byte", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"))
  expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
})

test.each(["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z g==", "Zg==\n", " Zg==", "Zm-_", "====", "Z===", "é==="])(
  "%j is refused",
  (text) => {
    expect(decodeBase64(text)).toBeUndefined()
  },
)
