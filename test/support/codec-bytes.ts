/** Puts values through a codec the way messages do: bytes in a larger buffer, text and binary, in and out. */

import { expect } from "vitest"
import { ByteSource } from "../../src/base/byte-source.ts"
import { ByteWriter } from "../../src/base/byte-writer.ts"
import type { Codec } from "../../src/types/codec.ts"

/** What stands before and after a value in a receive buffer; digits, so that reading too far shows. */
const AROUND = "7777777"

/** Decodes a value's text. */
export function fromText<T>(codec: Codec<T>, text: string): T {
  const bytes = Buffer.from(AROUND + text + AROUND)
  return codec.decodeText(new ByteSource(bytes), AROUND.length, bytes.length - AROUND.length)
}

/** Decodes a value's bytes, given as hexadecimal digits. */
export function fromHex<T>(codec: Codec<T>, hex: string): T {
  return fromBytes(codec, Buffer.from(hex, "hex"))
}

/** Decodes a value's bytes. */
export function fromBytes<T>(codec: Codec<T>, value: Uint8Array): T {
  const around = Buffer.from(AROUND)
  const bytes = Buffer.concat([around, value, around])
  if (codec.decodeBinary === undefined) throw new Error(`${codec.name} has no binary form`)
  return codec.decodeBinary(new ByteSource(bytes), around.length, bytes.length - around.length)
}

/** Encodes to binary, as hexadecimal digits; undefined when the codec leaves the value to its text form. */
export function toHex(codec: Codec, value: unknown): string | undefined {
  const writer = new ByteWriter(8)
  writer.int8(0x55)
  const written = codec.encodeBinary?.(value, writer) ?? false
  const bytes = Buffer.from(writer.written())
  expect(bytes[0]).toBe(0x55)
  if (!written) expect(bytes.length).toBe(1)
  return written ? bytes.toString("hex", 1) : undefined
}
