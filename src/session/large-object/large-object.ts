/**
 * One large object, opened: a position in it and what is done there. Each read and write is a statement by itself, which
 * needs no descriptor on the server, so that a large object is not tied to one transaction; within one, its changes are
 * part of it.
 *
 * @see https://www.postgresql.org/docs/current/lo-funcs.html
 */

import { type NodeReadable, type NodeWritable, nodeWritable } from "#platform"
import { describeValue, UsageError } from "../../errors/client-error.ts"
import { BatchStream } from "../batch-stream.ts"
import type { Carrier } from "../carrier.ts"
import { type Chunk, ChunkEncoder } from "../chunk-source.ts"
import { toQuery } from "../query-arguments.ts"
import { pickFirst, runNormalised } from "../run-query.ts"

/** What may be done with an open large object. */
export type LargeObjectMode = "r" | "w" | "rw"

/** What a position is counted from. */
export type Whence = "start" | "current" | "end"

const WHENCES: readonly Whence[] = ["start", "current", "end"]

/** Options of what takes long. */
export interface LargeObjectOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that each statement may take. */
  readonly timeout?: number | undefined
}

/** The server's flags for `lo_open`. */
export const INV_READ = 0x40000
export const INV_WRITE = 0x20000

/** One statement writes at most so much. */
const WRITE_BYTES = 256 * 1024
/** One statement reads at most so much: its answer fits into one read of the socket. */
export const READ_BYTES: number = 60 * 1024

/** Runs a statement and gives the first value of its first row. */
export function loValue<T>(
  { session, start }: Carrier,
  text: string,
  values: readonly unknown[],
  options: LargeObjectOptions = {},
): Promise<T | undefined> {
  const { signal, timeout } = options
  return runNormalised<T, T | undefined>(
    session,
    start,
    toQuery(text, [values, { signal, timeout }], "scalar"),
    pickFirst,
  )
}

/**
 * An open large object: reads and writes go on from its position, which is a bigint, for it may hold up to 4 TB.
 * Operations that are not awaited are done one after the other.
 */
export class LargeObject implements AsyncDisposable {
  /** Its Oid. */
  readonly oid: number
  readonly #carrier: Carrier
  readonly #mode: LargeObjectMode
  readonly #options: LargeObjectOptions
  #position = 0n
  #isClosed = false
  #last: Promise<unknown> = Promise.resolve()

  /** @internal Use `largeObjects.open`. */
  constructor(carrier: Carrier, oid: number, mode: LargeObjectMode, options: LargeObjectOptions) {
    this.#carrier = carrier
    this.oid = oid
    this.#mode = mode
    this.#options = options
  }

  /** The next bytes: so many, or what is left when that is less; all that is left unless told. Empty at the end. */
  async read(size?: number): Promise<Uint8Array> {
    this.#check("r", "read")
    if (size !== undefined && (!Number.isSafeInteger(size) || size < 0)) refuse("the size", size)
    return this.#inTurn(async () => {
      const pieces: Uint8Array[] = []
      let left = size ?? Number.POSITIVE_INFINITY
      while (left > 0) {
        const wanted = Math.min(left, READ_BYTES)
        const piece = await this.#read(wanted)
        if (piece.length > 0) pieces.push(piece)
        left -= piece.length
        if (piece.length < wanted) break
      }
      return pieces.length === 1 ? pieces[0]! : joined(pieces)
    })
  }

  /**
   * Writes at the position, over what is there. What is skipped before it reads as zeros.
   * @param data bytes must stay as they are until the promise settles: they are not copied
   */
  async write(data: Chunk): Promise<void> {
    this.#check("w", "write to")
    const encoder = new ChunkEncoder()
    const bytes = encoder.encode(data)
    encoder.finish()
    return this.#inTurn(async () => {
      for (let at = 0; at < bytes.length; at += WRITE_BYTES) {
        const piece = bytes.subarray(at, at + WRITE_BYTES)
        await this.#value("select pg_catalog.lo_put($1, $2, $3)", [this.oid, this.#position, piece])
        this.#position += BigInt(piece.length)
      }
    })
  }

  /** Moves the position, and resolves with the new one, counted from the start. */
  async seek(position: bigint | number, whence: Whence = "start"): Promise<bigint> {
    this.#check(undefined, "use")
    const offset = offsetOf(position)
    if (!WHENCES.includes(whence)) refuseWhence(whence)
    return this.#inTurn(async () => {
      const base = whence === "start" ? 0n : whence === "current" ? this.#position : await this.#size()
      if (base + offset < 0n) refuse("the position", position)
      this.#position = base + offset
      return this.#position
    })
  }

  /** The position, counted from the start. */
  async tell(): Promise<bigint> {
    this.#check(undefined, "use")
    return this.#inTurn(async () => this.#position)
  }

  /** How long it is. */
  async size(): Promise<bigint> {
    this.#check(undefined, "use")
    return this.#inTurn(() => this.#size())
  }

  /** Cuts it off, or fills it up with zeros, to a length; the position unless told, which stays where it is. */
  async truncate(length?: bigint | number): Promise<void> {
    this.#check("w", "truncate")
    const given = length === undefined ? undefined : offsetOf(length)
    if (given !== undefined && given < 0n) refuse("the length", length)
    return this.#inTurn(async () => {
      const values = [this.oid, INV_WRITE, given ?? this.#position]
      await this.#value("select pg_catalog.lo_truncate64(pg_catalog.lo_open($1, $2), $3)", values)
    })
  }

  /** What follows the position, as a Readable of Node. */
  readable(): NodeReadable {
    return this.chunks().toReadable()
  }

  /** What follows the position, in pieces of up to 60 KB. */
  chunks(): BatchStream<Uint8Array> {
    this.#check("r", "read")
    return new BatchStream({
      borrow: () => this.#carrier,
      signal: this.#options.signal,
      bytes: true,
      open: () => ({
        next: async () => {
          const piece = await this.read(READ_BYTES)
          return piece.length === 0 ? undefined : [piece]
        },
        close: async () => {},
      }),
    })
  }

  /** A Writable of Node that writes at the position. */
  writable(): NodeWritable {
    this.#check("w", "write to")
    return nodeWritable({
      write: (chunk) => this.write(chunk),
      end: async () => {},
      abort: async () => {},
    })
  }

  /** Closes it: nothing can be done with it any more. Waits for what was begun. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #read(size: number): Promise<Uint8Array> {
    const piece = await this.#value<Uint8Array>("select pg_catalog.lo_get($1, $2, $3)", [
      this.oid,
      this.#position,
      size,
    ])
    this.#position += BigInt(piece!.length)
    return piece!
  }

  async #size(): Promise<bigint> {
    const flags = this.#mode === "w" ? INV_WRITE : INV_READ
    const text = "select pg_catalog.lo_lseek64(pg_catalog.lo_open($1, $2), 0, 2)::text"
    return BigInt((await this.#value<string>(text, [this.oid, flags]))!)
  }

  #value<T>(text: string, values: readonly unknown[]): Promise<T | undefined> {
    return loValue<T>(this.#carrier, text, values, this.#options)
  }

  /** One operation after the other: each begins where the one before has left the position. */
  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#last.then(operation)
    this.#last = result.catch(() => {})
    return result
  }

  #check(needed: "r" | "w" | undefined, act: string): void {
    if (this.#isClosed) throw new UsageError("the large object is closed", { safeToRetry: true })
    if (needed === undefined || this.#mode.includes(needed)) return
    throw new UsageError(`cannot ${act} a large object that is open as "${this.#mode}"`, { safeToRetry: true })
  }
}

function refuseWhence(whence: unknown): never {
  throw new UsageError(`seek goes from "start", "current" or "end", got ${describeValue(whence)}`, {
    safeToRetry: true,
  })
}

function offsetOf(position: bigint | number): bigint {
  if (typeof position === "bigint") return position
  return Number.isSafeInteger(position) ? BigInt(position) : refuse("a position", position)
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

function refuse(what: string, value: unknown): never {
  throw new UsageError(`${what} must be an integer of 0 or more, got ${describeValue(value)}`, { safeToRetry: true })
}
