import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ByteWriter } from "../../../src/base/byte-writer.ts"

function hex(writer: ByteWriter): string {
  return Buffer.from(writer.written()).toString("hex")
}

describe("ByteWriter", () => {
  test("writes big-endian integers and floats, growing from any capacity", () => {
    for (const capacity of [0, 1, 7, 64]) {
      const writer = new ByteWriter(capacity)
      writer.int8(0xff)
      writer.int16(-2)
      writer.int32(-3)
      writer.int64(-4n)
      writer.float32(1.5)
      writer.float64(-0.5)
      writer.bytes(Uint8Array.of(1, 2))
      writer.cstring("ü")
      expect(hex(writer)).toBe("fffffefffffffdfffffffffffffffc3fc00000bfe000000000000001 02c3bc00".replaceAll(" ", ""))
    }
  })

  test("wraps integers as two's complement: counts and OIDs up to their unsigned limits go through", () => {
    const writer = new ByteWriter()
    writer.int16(65535)
    writer.int32(4294967295)
    expect(hex(writer)).toBe("ffffffffffff")
  })

  test("writes any text as its UTF-8 bytes, behind what is there, from any capacity", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.string({ unit: "binary-ascii", maxLength: 200 }),
      fc.nat({ max: 70_000 }).map((length) => "é".repeat(length)),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.nat({ max: 40 }), (texts, capacity) => {
        const writer = new ByteWriter(capacity)
        for (const part of texts) writer.utf8(part)
        expect(hex(writer)).toBe(Buffer.from(texts.join("")).toString("hex"))
      }),
      { numRuns: 300 },
    )
  })

  test.each([23, 24, 25, 65535, 65536, 65537])("writes %i characters around its own limits", (count) => {
    for (const character of ["a", "é", "漢"]) {
      const writer = new ByteWriter(0)
      writer.utf8(character.repeat(count))
      expect(writer.length).toBe(Buffer.byteLength(character) * count)
    }
  })

  test("patches what was reserved, also after it has grown", () => {
    const writer = new ByteWriter(8)
    const length = writer.reserve(4)
    const count = writer.reserve(2)
    writer.bytes(new Uint8Array(1000))
    writer.patchInt32(length, writer.length)
    writer.patchInt16(count, 7)
    expect(hex(writer).slice(0, 12)).toBe("000003ee0007")
  })

  test("takes back what follows a length", () => {
    const writer = new ByteWriter()
    writer.int32(1)
    const before = writer.length
    writer.utf8("half a message")
    writer.truncate(before)
    writer.int8(2)
    expect(hex(writer)).toBe("0000000102")
  })

  test("hands its buffer over: what it writes later goes elsewhere", () => {
    const writer = new ByteWriter()
    writer.utf8("first")
    const taken = writer.take()
    writer.utf8("other")
    expect(Buffer.from(taken).toString()).toBe("first")
    expect(hex(writer)).toBe(Buffer.from("other").toString("hex"))
  })

  test("keeps what was handed over whole, whether it goes on in the same buffer or not", () => {
    const writer = new ByteWriter(64)
    const taken = Array.from({ length: 50 }, (_, n) => {
      writer.int32(n)
      writer.utf8("x".repeat(n))
      return writer.take(64)
    })
    expect(taken.map((bytes) => Buffer.from(bytes).readInt32BE())).toEqual(taken.map((_, n) => n))
    expect(taken.map((bytes) => Buffer.from(bytes).toString("latin1", 4))).toEqual(taken.map((_, n) => "x".repeat(n)))
    expect(writer.capacity).toBeLessThanOrEqual(64)
  })

  test("gives a large buffer up when little is wanted", () => {
    const writer = new ByteWriter(100_000)
    writer.int8(1)
    writer.take(64)
    expect(writer.capacity).toBe(64)
  })
})
