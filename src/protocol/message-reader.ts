/**
 * A cursor over one message's body. Every read is checked against the message's end, so a lying count or a missing
 * terminator ends in a ProtocolError and never in a neighbour's bytes.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"

/** Reads integers, strings and slices of one cold message, in order. */
export class MessageReader {
  readonly #source: ByteSource
  readonly #end: number
  readonly #message: string
  #position: number

  /** @param message the message's name, for the error when it is malformed */
  constructor(source: ByteSource, start: number, end: number, message: string) {
    this.#source = source
    this.#position = start
    this.#end = end
    this.#message = message
  }

  get remaining(): number {
    return this.#end - this.#position
  }

  uint8(): number {
    return this.#source.bytes[this.#advance(1)]!
  }

  int16(): number {
    return this.#source.view.getInt16(this.#advance(2))
  }

  uint16(): number {
    return this.#source.view.getUint16(this.#advance(2))
  }

  int32(): number {
    return this.#source.view.getInt32(this.#advance(4))
  }

  uint32(): number {
    return this.#source.view.getUint32(this.#advance(4))
  }

  /** A zero-terminated string. */
  cstring(): string {
    const { bytes } = this.#source
    const end = this.#end
    let terminator = this.#position
    // Names are short: a native search costs more than it saves.
    while (terminator < end && bytes[terminator] !== 0) terminator++
    if (terminator >= end) this.malformed("a string without an end")
    const text = this.#source.text(this.#position, terminator)
    this.#position = terminator + 1
    return text
  }

  /** The rest of the message, copied. */
  rest(): Uint8Array<ArrayBuffer> {
    const rest = this.#source.copy(this.#position, this.#end)
    this.#position = this.#end
    return rest
  }

  /** Declares the message read; anything left over is an error. */
  finish(): void {
    if (this.#position !== this.#end) this.malformed(`${this.remaining} bytes too many`)
  }

  malformed(problem: string): never {
    throw new ProtocolError(`the server sent a malformed ${this.#message} message: ${problem}`)
  }

  #advance(count: number): number {
    const position = this.#position
    if (position + count > this.#end) this.malformed("it ends too early")
    this.#position = position + count
    return position
  }
}
