/**
 * Received bytes as the decoders see them: the bytes, one DataView over all of them, and the fastest ways to a string.
 * One is made per receive buffer (a DataView costs 90 ns), never per message. Offsets are absolute in the buffer.
 *
 * Who is given a source may read it only during the call: the buffer is reused for the next read.
 */

import { viewBytes } from "#platform"
import type { Bytes } from "./platform.ts"

const { fromCharCode } = String
/** The copying slice of typed arrays: Buffer's own method of that name shares the memory. */
const copyingSlice = Uint8Array.prototype.slice

/** Bytes that were received, with typed access to them. */
export class ByteSource {
  readonly bytes: Bytes
  readonly view: DataView<ArrayBuffer>

  /** Whether the buffer was made for one message and is left to whoever keeps a part of it. */
  readonly isOwned: boolean

  constructor(bytes: Uint8Array, isOwned = false) {
    this.isOwned = isOwned
    this.bytes = viewBytes(bytes)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
  }

  /** The string whose UTF-8 bytes stand from `start` up to `end`; short ASCII never leaves JavaScript. */
  text(start: number, end: number): string {
    if (start === end) return ""
    return (end - start <= 8 && shortAscii(this.bytes, start, end)) || this.bytes.utf8Slice(start, end)
  }

  /** A string of bytes known to be ASCII. */
  ascii(start: number, end: number): string {
    if (start === end) return ""
    return (end - start <= 8 && shortAscii(this.bytes, start, end)) || this.bytes.latin1Slice(start, end)
  }

  /** Copies bytes into a place of the caller's, without making a view of them first. */
  copyTo(target: Uint8Array, at: number, start: number, end: number): void {
    this.bytes.copy(target, at, start, end)
  }

  /**
   * The bytes, safe to keep: a copy, or a view where they make up most of a buffer that was made for them alone and is
   * never written again.
   */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    if (this.isOwned && (end - start) * 2 > this.bytes.length) return this.bytes.subarray(start, end)
    return copyingSlice.call(this.bytes, start, end) as Uint8Array<ArrayBuffer>
  }
}

/** Up to eight ASCII bytes as a string; a native call costs five times as much. Empty when one is not ASCII, or none. */
function shortAscii(bytes: Uint8Array, at: number, end: number): string {
  const c0 = bytes[at]!
  switch (end - at) {
    case 1:
      return c0 < 128 ? fromCharCode(c0) : ""
    case 2: {
      const c1 = bytes[at + 1]!
      return (c0 | c1) < 128 ? fromCharCode(c0, c1) : ""
    }
    case 3: {
      const c1 = bytes[at + 1]!
      const c2 = bytes[at + 2]!
      return (c0 | c1 | c2) < 128 ? fromCharCode(c0, c1, c2) : ""
    }
    case 4: {
      const c1 = bytes[at + 1]!
      const c2 = bytes[at + 2]!
      const c3 = bytes[at + 3]!
      return (c0 | c1 | c2 | c3) < 128 ? fromCharCode(c0, c1, c2, c3) : ""
    }
    case 5: {
      const c1 = bytes[at + 1]!
      const c2 = bytes[at + 2]!
      const c3 = bytes[at + 3]!
      const c4 = bytes[at + 4]!
      return (c0 | c1 | c2 | c3 | c4) < 128 ? fromCharCode(c0, c1, c2, c3, c4) : ""
    }
    case 6: {
      const c1 = bytes[at + 1]!
      const c2 = bytes[at + 2]!
      const c3 = bytes[at + 3]!
      const c4 = bytes[at + 4]!
      const c5 = bytes[at + 5]!
      return (c0 | c1 | c2 | c3 | c4 | c5) < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5) : ""
    }
    case 7: {
      const c1 = bytes[at + 1]!
      const c2 = bytes[at + 2]!
      const c3 = bytes[at + 3]!
      const c4 = bytes[at + 4]!
      const c5 = bytes[at + 5]!
      const c6 = bytes[at + 6]!
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6) < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6) : ""
    }
    case 8: {
      const c1 = bytes[at + 1]!
      const c2 = bytes[at + 2]!
      const c3 = bytes[at + 3]!
      const c4 = bytes[at + 4]!
      const c5 = bytes[at + 5]!
      const c6 = bytes[at + 6]!
      const c7 = bytes[at + 7]!
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7) < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7) : ""
    }
    default:
      return ""
  }
}
