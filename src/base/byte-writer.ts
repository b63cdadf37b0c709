/**
 * One growing buffer that messages and values are encoded into. Lengths that are not known in advance are reserved and
 * patched afterwards; whatever failed half-way is taken back with `truncate`.
 *
 *     [ written …………… | free …… ]
 *       0          length    capacity
 */

import { allocateBytes, utf8Length, viewBytes } from "#platform"
import type { Bytes } from "./platform.ts"

const INITIAL_CAPACITY = 4096
const SLACK = 1024
/** Beyond this many UTF-16 units a native write beats a loop over char codes. */
const LOOP_LIMIT = 24

/** Writes big-endian integers, floats, strings and bytes into one buffer that grows as needed. */
export class ByteWriter {
  /** The number of bytes written. */
  length = 0
  readonly #insertions: { readonly at: number; readonly bytes: Uint8Array }[] = []
  #inserted = 0
  #bytes: Bytes
  #view: DataView<ArrayBuffer>

  constructor(capacity: number = INITIAL_CAPACITY) {
    this.#bytes = allocateBytes(capacity)
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, capacity)
  }

  /** The number of bytes that fit without growing. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** What has been written, as a view that is valid until the next write. Large bytes put in between are not part of it. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length)
  }

  /** How many bytes have been put in between by `insert`. */
  get inserted(): number {
    return this.#inserted
  }

  /** Everything in order: what was written, and where bytes were inserted, those. */
  pieces(): Uint8Array[] {
    const pieces: Uint8Array[] = []
    let from = 0
    for (const { at, bytes } of this.#insertions) {
      pieces.push(this.#bytes.subarray(from, at), bytes)
      from = at
    }
    if (from < this.length) pieces.push(this.#bytes.subarray(from, this.length))
    return pieces
  }

  /** Hands over what was written. Starts on the rest of the buffer where that is worth it, else on a fresh one. */
  take(capacity: number = INITIAL_CAPACITY): Uint8Array<ArrayBuffer> {
    const written = this.written()
    const rest = viewBytes(this.#bytes.subarray(this.length))
    this.#dropInsertions(0)
    this.#bytes = rest.length <= capacity && rest.length >= capacity / 4 ? rest : allocateBytes(capacity)
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
    this.length = 0
    return written
  }

  /** Forgets everything written after `length`. */
  truncate(length: number): void {
    this.length = length
    if (this.#inserted > 0) this.#dropInsertions(length)
  }

  /**
   * Puts bytes in at this point without copying them: for large ones, which must stay as they are until they have been
   * sent. Lengths that are patched do not include them by themselves.
   */
  insert(bytes: Uint8Array): void {
    this.#insertions.push({ at: this.length, bytes })
    this.#inserted += bytes.length
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.length + count > this.#bytes.length) this.#grow(count)
  }

  /** Skips `count` bytes to be patched later and returns their offset. */
  reserve(count: number): number {
    this.ensure(count)
    const offset = this.length
    this.length = offset + count
    return offset
  }

  int8(value: number): void {
    this.ensure(1)
    this.#bytes[this.length++] = value
  }

  int16(value: number): void {
    this.ensure(2)
    this.#view.setInt16(this.length, value)
    this.length += 2
  }

  int32(value: number): void {
    this.ensure(4)
    this.#view.setInt32(this.length, value)
    this.length += 4
  }

  int64(value: bigint): void {
    this.ensure(8)
    this.#view.setBigInt64(this.length, value)
    this.length += 8
  }

  float32(value: number): void {
    this.ensure(4)
    this.#view.setFloat32(this.length, value)
    this.length += 4
  }

  float64(value: number): void {
    this.ensure(8)
    this.#view.setFloat64(this.length, value)
    this.length += 8
  }

  /** Appends bytes as they are. */
  bytes(value: Uint8Array): void {
    this.ensure(value.length)
    this.#bytes.set(value, this.length)
    this.length += value.length
  }

  /** Appends a short string of ASCII without U+0000; false, and nothing is written, when it is any other. */
  shortAscii(text: string): boolean {
    const count = text.length
    if (count > LOOP_LIMIT) return false
    this.ensure(count)
    const bytes = this.#bytes
    const start = this.length
    for (let i = 0; i < count; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 128 || unit === 0) return false
      bytes[start + i] = unit
    }
    this.length = start + count
    return true
  }

  /** Appends a string's UTF-8 bytes, with no length and no terminator. */
  utf8(text: string): void {
    const count = text.length
    if (count <= LOOP_LIMIT) {
      this.ensure(count * 3)
      const bytes = this.#bytes
      const start = this.length
      let i = 0
      for (; i < count; i++) {
        const unit = text.charCodeAt(i)
        if (unit >= 128) break
        bytes[start + i] = unit
      }
      if (i === count) {
        this.length = start + count
        return
      }
    } else {
      this.ensure(count < 65536 ? count * 3 : utf8Length(text))
    }
    this.length += this.#bytes.utf8Write(text, this.length)
  }

  /** Appends a zero-terminated string. The caller has made sure that it has no NUL inside. */
  cstring(text: string): void {
    this.utf8(text)
    this.int8(0)
  }

  patchInt16(offset: number, value: number): void {
    this.#view.setInt16(offset, value)
  }

  patchInt32(offset: number, value: number): void {
    this.#view.setInt32(offset, value)
  }

  #dropInsertions(from: number): void {
    while (this.#insertions.length > 0 && this.#insertions.at(-1)!.at >= from) {
      this.#inserted -= this.#insertions.pop()!.bytes.length
    }
  }

  #grow(count: number): void {
    // What is large is rarely the end: some room behind it saves doubling at the next byte.
    const capacity = Math.max(this.#bytes.length * 2, this.length + count + SLACK)
    const grown = allocateBytes(capacity)
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer, grown.byteOffset, capacity)
  }
}
