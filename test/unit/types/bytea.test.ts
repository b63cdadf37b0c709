import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { byteaCodec } from "../../../src/types/bytea.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const ALL = Uint8Array.from({ length: 256 }, (_, i) => i)
/** What `bytea_output = escape` makes of bytes: byteaout in PostgreSQL's varlena.c. */
const ESCAPED = Array.from(ALL, (byte) => {
  if (byte === 0x5c) return "\\\\"
  return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, "0")}` : String.fromCharCode(byte)
}).join("")

describe("bytea", () => {
  test("reads both outputs and the binary format", () => {
    const hex = Buffer.from(ALL).toString("hex")
    for (const bytes of [fromHex(byteaCodec, hex), fromText(byteaCodec, `\\x${hex}`), fromText(byteaCodec, ESCAPED)]) {
      expect(Buffer.isBuffer(bytes)).toBe(true)
      expect(new Uint8Array(bytes)).toEqual(ALL)
    }
    expect(fromText(byteaCodec, `\\x${hex.toUpperCase()}`)).toEqual(Buffer.from(ALL))
    for (const empty of [fromHex(byteaCodec, ""), fromText(byteaCodec, ""), fromText(byteaCodec, "\\x")]) {
      expect(empty.length).toBe(0)
    }
  })

  test("what was read does not change with the receive buffer", () => {
    const received = Buffer.from("abc")
    const bytes = byteaCodec.decodeBinary!(new ByteSource(received), 0, 3)
    received.fill(0)
    expect(bytes.toString()).toBe("abc")
  })

  test.each(["\\x0", "\\x0g", "\\xüü", "\\", "\\1", "\\12", "\\400", "\\18x", "a\\x41"])(
    "refuses the text %j",
    (text) => {
      expect(() => fromText(byteaCodec, text)).toThrow(DecodeError)
    },
  )

  test("writes bytes however they are held, and only those in view", () => {
    const buffer = new Uint8Array([9, 0, 255, 65, 9]).buffer
    for (const value of [
      new Uint8Array(buffer, 1, 3),
      Buffer.from([0, 255, 65]),
      new DataView(buffer, 1, 3),
      buffer.slice(1, 4),
    ]) {
      expect(toHex(byteaCodec, value)).toBe("00ff41")
      expect(byteaCodec.encodeText(value)).toBe("\\x00ff41")
    }
  })

  test("a string is text, not bytes", () => {
    expect(toHex(byteaCodec, "\\x00")).toBeUndefined()
    expect(byteaCodec.encodeText("\\x00")).toBe("\\x00")
    expect(() => byteaCodec.encodeText("\0")).toThrow(EncodeError)
  })

  test.each([1, true, {}, [1, 2], new Float32Array(1), null])("refuses %s", (value) => {
    expect(toHex(byteaCodec, value)).toBeUndefined()
    expect(() => byteaCodec.encodeText(value)).toThrow(EncodeError)
  })
})
