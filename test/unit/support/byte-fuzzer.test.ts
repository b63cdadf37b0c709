/** The fuzzer itself: it lets values and DecodeErrors pass and nothing else, and tells how to see a failure again. */

import { expect, test, vi } from "vitest"
import { DecodeError } from "../../../src/errors/client-error.ts"
import type { Codec, Decode } from "../../../src/types/codec.ts"
import { textCodec } from "../../../src/types/text.ts"
import { fuzzBinary } from "../../support/byte-fuzzer.ts"
import { countLooks } from "../../support/counted-source.ts"

function codecOf(decodeBinary: Decode<unknown>): Codec {
  return { ...textCodec, name: "odd", decodeBinary }
}

test("values and DecodeErrors pass", () => {
  const lengths = new Set<number>()
  const refusing = codecOf((_, start, end) => {
    lengths.add(end - start)
    if (end - start > 3) throw new DecodeError("odd", "too long")
    return null
  })
  fuzzBinary(refusing, ["00".repeat(200)], 2000)
  expect(lengths.size).toBeGreaterThan(100)
  expect(Math.max(...lengths)).toBeGreaterThan(200)
})

test("another error fails with the input and the seed, which make the same run again", () => {
  vi.stubEnv("PGLINE_FUZZ_SEED", "17")
  try {
    const failing = codecOf((source, start, end) => {
      if (end - start > 40 && source.bytes[start] === 7) throw new TypeError("unforeseen")
    })
    const run = (): string => {
      try {
        fuzzBinary(failing, [], 100_000)
        return ""
      } catch (error) {
        expect((error as Error).cause).toBeInstanceOf(TypeError)
        return (error as Error).message
      }
    }
    expect(run()).toMatch(/^odd: .*TypeError: unforeseen\n {2}input \d+ of seed 17: 07(?:[0-9a-f]{2}){40,}$/)
    expect(run()).toBe(run())
  } finally {
    vi.unstubAllEnvs()
  }
})

test("a byte beyond the value must not be looked at", () => {
  const reading = (decode: Decode<unknown>) => () => fuzzBinary(codecOf(decode), [], 100)
  expect(reading((source, _, end) => source.bytes[end])).toThrow("looked at")
  expect(reading((source, start) => source.bytes[start - 1])).toThrow("looked at")
  expect(reading((source, _, end) => source.view.getInt32(end - 1))).toThrow("looked at")
  expect(reading((source, start, end) => source.text(start, end + 1))).toThrow("looked at")
  expect(reading((source, start, end) => source.copy(start, end + 1))).toThrow("looked at")
})

test("looks are counted, so that reading again and again fails", () => {
  const twice = countLooks((source, start, end) => [source.text(start, end), source.copy(start, end)], Buffer.alloc(20))
  expect(twice).toBe(40)
  const quadratic = codecOf((source, start, end) => {
    for (let at = start; at < end; at++) source.bytes.latin1Slice(at, end)
  })
  expect(() => fuzzBinary(quadratic, [], 200)).toThrow(/\d+ looks at \d+ bytes/)
})
