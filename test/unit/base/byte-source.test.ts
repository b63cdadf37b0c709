import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"

describe("ByteSource", () => {
  test("reads any UTF-8 text, wherever it stands", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), fc.nat({ max: 9 }), (text, offset) => {
        const bytes = Buffer.concat([Buffer.alloc(offset, 0xff), Buffer.from(text), Buffer.alloc(3, 0xff)])
        const length = Buffer.byteLength(text)
        expect(new ByteSource(bytes).text(offset, offset + length)).toBe(Buffer.from(text).toString())
      }),
    )
  })

  test("reads bytes that are not UTF-8 as any decoder does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 10 }), (bytes) => {
        expect(new ByteSource(bytes).text(0, bytes.length)).toBe(
          new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
        )
      }),
    )
  })

  test("sees only its part of a larger buffer", () => {
    const whole = Uint8Array.of(9, 9, 0, 0, 0, 5, 65, 66, 9)
    const source = new ByteSource(whole.subarray(2, 8))
    expect([source.view.getInt32(0), source.text(4, 6), source.bytes.length]).toEqual([5, "AB", 6])
    expect(() => source.view.getInt32(4)).toThrow(RangeError)
  })

  test("copies what is to be kept", () => {
    const bytes = Buffer.from("abcdef")
    const source = new ByteSource(bytes)
    const copy = source.copy(1, 4)
    bytes.fill(0)
    expect([Buffer.from(copy).toString(), copy.constructor.name, copy.buffer.byteLength]).toEqual(["bcd", "Buffer", 3])
  })

  test("reads bytes as they are where they are known to be ASCII", () => {
    expect(new ByteSource(Buffer.from("0123456789")).ascii(3, 6)).toBe("345")
  })
})
