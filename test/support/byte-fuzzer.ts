/**
 * Hostile bytes for a decoder, thousands in a second: random ones and changed valid ones. Each has to end in a value or a
 * DecodeError; one in sixteen is counted while it is read, too, and may cost so many looks at each of its bytes and no
 * more. What fails is told with its bytes and its seed; PGLINE_FUZZ_SEED=… makes the same run again.
 */

import { ByteSource } from "../../src/base/byte-source.ts"
import { DecodeError } from "../../src/errors/client-error.ts"
import type { Codec, Decode } from "../../src/types/codec.ts"
import { CountedSource, looksAllowed } from "./counted-source.ts"

const LONGEST_RANDOM = 64
const LONGEST_SAMPLE = 1024
/** Digits stand around a value, so that reading too far shows. */
const AROUND = 7
const DIGIT = 0x37
const COUNTED = 16
/** Counts, lengths and flags at the edges of what they can say. */
const EDGES = [0, 1, 2, 3, 5, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, -1, -2, -0x8000_0000]

/** Runs random bytes, and all that can be made from valid ones, through a decoder. */
export function fuzzBinary(codec: Codec, samples: readonly string[], runs = 20_000): void {
  if (codec.decodeBinary === undefined) throw new Error(`${codec.name} has no binary form`)
  const seed = Number(process.env["PGLINE_FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 32))
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0 // most inputs end in an error, and a trace costs more than the decoding
  try {
    fuzz(codec.name, codec.decodeBinary, samples, runs, seed)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function fuzz(name: string, decode: Decode<unknown>, samples: readonly string[], runs: number, seed: number): void {
  const inputs = new InputMaker(samples, seed)
  const plain = new ByteSource(inputs.bytes)
  const counted = new CountedSource(inputs.bytes)
  for (let run = 0; run < runs; run++) {
    const end = AROUND + inputs.next()
    const isCounted = run % COUNTED === 0
    try {
      counted.watch(AROUND, end)
      decode(isCounted ? counted : plain, AROUND, end)
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw failure(`neither a value nor a DecodeError: ${String(cause)}`, cause)
    }
    if (counted.touched > looksAllowed(end - AROUND)) throw failure(`${counted.touched} looks at ${end - AROUND} bytes`)

    function failure(problem: string, cause?: unknown): Error {
      const hex = inputs.bytes.toString("hex", AROUND, end)
      return new Error(`${name}: ${problem}\n  input ${run} of seed ${seed}: ${hex}`, { cause })
    }
  }
}

/** Makes one input after another, all in the same place. */
class InputMaker {
  readonly bytes: Buffer = Buffer.alloc(AROUND + LONGEST_SAMPLE + LONGEST_RANDOM + AROUND, DIGIT)
  readonly #samples: readonly Buffer[]
  #state: number

  constructor(samples: readonly string[], seed: number) {
    this.#samples = samples.map((hex) => Buffer.from(hex, "hex")).filter(({ length }) => length <= LONGEST_SAMPLE)
    this.#state = seed
  }

  /** Puts the next input behind the first digits, and others behind it; returns its length. */
  next(): number {
    const length = this.#samples.length === 0 || this.#below(2) === 0 ? this.#random(0) : this.#changed()
    this.bytes.fill(DIGIT, AROUND + length, AROUND + length + AROUND)
    return length
  }

  /** Random bytes from an offset on, often with a plausible number in front; returns where they end. */
  #random(from: number): number {
    const length = this.#below(LONGEST_RANDOM + 1)
    for (let at = 0; at < length; at++) this.bytes[AROUND + from + at] = this.#below(256)
    if (length >= 4 && this.#below(2) === 0) this.#putEdge(from)
    return from + length
  }

  #changed(): number {
    const sample = this.#samples[this.#below(this.#samples.length)]!
    const { length } = sample
    sample.copy(this.bytes, AROUND)
    for (let changes = this.#below(5); changes > 0 && length > 0; changes--) {
      const at = this.#below(length)
      if (at + 4 <= length && this.#below(2) === 0) this.#putEdge(at)
      else this.bytes[AROUND + at] = this.#below(256)
    }
    switch (this.#below(4)) {
      case 0:
        return this.#below(length + 1)
      case 1:
        return this.#random(length)
      default:
        return length
    }
  }

  #putEdge(at: number): void {
    this.bytes.writeInt32BE(EDGES[this.#below(EDGES.length)]!, AROUND + at)
  }

  /** A whole number from 0 up to the limit: Mulberry32. */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}
