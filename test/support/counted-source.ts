/**
 * Received bytes that count how often they are looked at: what a decoder does with n bytes can be compared with n, without
 * a clock. A look at anything but the value's own bytes fails, too.
 */

import { ByteSource } from "../../src/base/byte-source.ts"
import type { Bytes } from "../../src/base/platform.ts"
import { DecodeError } from "../../src/errors/client-error.ts"
import type { Decode } from "../../src/types/codec.ts"

/** How often each byte may be looked at, and what a value may cost whatever its length. */
const LOOKS_PER_BYTE = 8
const LOOKS_PER_VALUE = 32

/** A byte source under watch. */
export class CountedSource extends ByteSource {
  override readonly bytes: Bytes
  override readonly view: DataView<ArrayBuffer>
  /** How many bytes were looked at since {@link watch}; one that is looked at twice counts twice. */
  touched = 0
  readonly #plain: ByteSource
  #start = 0
  #end = 0

  constructor(bytes: Uint8Array) {
    super(bytes)
    const plain = new ByteSource(bytes)
    this.#plain = plain
    this.bytes = new Proxy(plain.bytes, { get: (target, key) => this.#ofBytes(target, key) })
    this.view = new Proxy(plain.view, { get: (target, key) => this.#ofView(target, key) })
  }

  /** Begins to count; only what stands from `start` up to `end` may be looked at. */
  watch(start: number, end: number): void {
    this.#start = start
    this.#end = end
    this.touched = 0
  }

  override copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    this.#touch(start, end)
    return this.#plain.copy(start, end)
  }

  #ofBytes(target: Bytes, key: string | symbol): unknown {
    const index = typeof key === "string" ? Number(key) : Number.NaN
    if (!Number.isNaN(index)) {
      this.#touch(index, index + 1)
      return target[index]
    }
    const method: unknown = Reflect.get(target, key, target)
    if (typeof method !== "function") throw new TypeError(`a decoder asks for ${String(key)} of the received bytes`)
    // The last two arguments of every method that decoders use are where it begins and ends.
    return (...input: number[]) => {
      this.#touch(input.at(-2)!, input.at(-1)!)
      return Reflect.apply(method, target, input) as unknown
    }
  }

  #ofView(target: DataView<ArrayBuffer>, key: string | symbol): unknown {
    const size = Number(/\d+$/.exec(String(key))) / 8
    const method: unknown = Reflect.get(target, key, target)
    if (typeof method !== "function") throw new TypeError(`a decoder asks for ${String(key)} of the received bytes`)
    return (at: number, littleEndian?: boolean) => {
      this.#touch(at, at + size)
      return Reflect.apply(method, target, [at, littleEndian]) as unknown
    }
  }

  #touch(start: number, end: number): void {
    if (start < this.#start || end > this.#end) {
      throw new RangeError(`looked at ${start} to ${end}, but the value is at ${this.#start} to ${this.#end}`)
    }
    this.touched += end - start
  }
}

/** The most looks that a value of this length may cost. */
export function looksAllowed(length: number): number {
  return length * LOOKS_PER_BYTE + LOOKS_PER_VALUE
}

/** How many looks it takes to read these bytes, or to refuse them. */
export function countLooks(decode: Decode<unknown>, value: Uint8Array): number {
  const source = new CountedSource(value)
  source.watch(0, value.length)
  try {
    decode(source, 0, value.length)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
  return source.touched
}
