/** Puts values through a codec the way messages do: bytes in a larger buffer, text and binary, in and out. */

import fc from "fast-check"
import { expect } from "vitest"
import { ByteSource } from "../../src/base/byte-source.ts"
import { ByteWriter } from "../../src/base/byte-writer.ts"
import { DecodeError } from "../../src/errors/client-error.ts"
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

/** Runs random bytes, and all that `near` makes from valid ones, through a decoder: a value or a DecodeError. */
export function fuzzBinary(codec: Codec, samples: readonly string[], runs = 20_000): void {
  const valid = samples.map((hex) => Buffer.from(hex, "hex"))
  const mutated = fc
    .tuple(fc.constantFrom(...valid), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }), fc.nat(400))
    .map(([bytes, changes, cut]) => {
      const copy = Buffer.from(bytes)
      for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte
      return cut < 200 ? copy.subarray(0, cut % (copy.length + 1)) : copy
    })
  const input = fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated)
  fc.assert(
    fc.property(input, (bytes) => {
      try {
        fromBytes(codec, bytes)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }),
    { numRuns: runs },
  )
}
