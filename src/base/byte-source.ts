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

  constructor(bytes: Uint8Array) {
    this.bytes = viewBytes(bytes)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
  }

  /** The string whose UTF-8 bytes stand from `start` up to `end`; short ASCII never leaves JavaScript. */
  text(start: number, end: number): string {
    const b = this.bytes
    switch (end - start) {
      case 0:
        return ""
      case 1: {
        const c = b[start]!
        if (c < 128) return fromCharCode(c)
        break
      }
      case 2: {
        const c = b[start]!
        const d = b[start + 1]!
        if ((c | d) < 128) return fromCharCode(c, d)
        break
      }
      case 3: {
        const c = b[start]!
        const d = b[start + 1]!
        const e = b[start + 2]!
        if ((c | d | e) < 128) return fromCharCode(c, d, e)
        break
      }
      case 4: {
        const c = b[start]!
        const d = b[start + 1]!
        const e = b[start + 2]!
        const f = b[start + 3]!
        if ((c | d | e | f) < 128) return fromCharCode(c, d, e, f)
        break
      }
    }
    return b.utf8Slice(start, end)
  }

  /** A string of bytes known to be ASCII. */
  ascii(start: number, end: number): string {
    return this.bytes.latin1Slice(start, end)
  }

  /** A copy of the bytes, safe to keep. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    return copyingSlice.call(this.bytes, start, end) as Uint8Array<ArrayBuffer>
  }
}
