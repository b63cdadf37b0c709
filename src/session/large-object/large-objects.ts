/**
 * The large objects of a database: made, opened, filled from any source, read out and dropped.
 *
 * @see https://www.postgresql.org/docs/current/largeobjects.html
 */

import { describeValue, UsageError } from "../../errors/client-error.ts"
import { checkBounded, optionNames } from "../../query/check-options.ts"
import { BatchStream } from "../batch-stream.ts"
import type { Carrier } from "../carrier.ts"
import { type ChunkSource, chunkSource } from "../chunk-source.ts"
import { closeSource, END, nextUnlessAborted, type Source } from "../feed.ts"
import {
  INV_READ,
  INV_WRITE,
  LargeObject,
  type LargeObjectMode,
  type LargeObjectOptions,
  loValue,
  READ_BYTES,
} from "./large-object.ts"

/** Options of `import`. */
export interface ImportOptions extends LargeObjectOptions {
  /** The Oid it is to have; any free one unless told. */
  readonly oid?: number | undefined
  /** Is told how many bytes have been written. */
  readonly onProgress?: ((progress: { readonly bytes: number }) => void) | undefined
}

const IMPORT_OPTIONS = optionNames<ImportOptions>({ signal: true, timeout: true, oid: true, onProgress: true })
const FLAGS: Readonly<Record<string, number>> = { r: INV_READ, w: INV_WRITE, rw: INV_READ | INV_WRITE }
/** Pieces of the source are gathered until they are worth a statement. */
const PIECE_BYTES = 256 * 1024

/** Reached as `largeObjects` of a connection or a transaction. */
export class LargeObjects {
  readonly #borrow: () => Carrier

  /** @internal */
  constructor(borrow: () => Carrier) {
    this.#borrow = borrow
  }

  /** Makes an empty one and resolves with its Oid. @param oid the one it is to have; any free one unless told */
  async create(oid = 0): Promise<number> {
    checkOid(oid)
    return (await loValue<number>(this.#borrow(), "select pg_catalog.lo_create($1)", [oid]))!
  }

  /**
   * Opens one for reading, writing or both. Rejects when there is none with this Oid, or the role may not do so.
   * @param options hold for all that is done with it
   */
  async open(oid: number, mode: LargeObjectMode = "r", options: LargeObjectOptions = {}): Promise<LargeObject> {
    const flags = FLAGS[mode]
    if (flags === undefined) {
      throw new UsageError(`a large object is opened as "r", "w" or "rw", got ${describeValue(mode)}`, {
        safeToRetry: true,
      })
    }
    checkOid(oid)
    checkBounded(options)
    const carrier = this.#borrow()
    await loValue(carrier, "select pg_catalog.lo_open($1, $2)", [oid, flags], options)
    return new LargeObject(carrier, oid, mode, options)
  }

  /** Drops one. */
  async unlink(oid: number): Promise<void> {
    checkOid(oid)
    await loValue(this.#borrow(), "select pg_catalog.lo_unlink($1)", [oid])
  }

  /** Makes one of everything a source gives, in one transaction, and resolves with its Oid. */
  async import(source: ChunkSource, options: ImportOptions = {}): Promise<number> {
    checkBounded(options, IMPORT_OPTIONS)
    const chunks = chunkSource(source)
    const { signal, timeout } = options
    const own = this.#borrow().begin("an import of a large object")
    try {
      const objects = largeObjectsOn(own.carrier)
      const oid = await objects.create(options.oid)
      const object = await objects.open(oid, "w", { signal, timeout })
      await copyChunks(chunks, object, options)
      await own.commit()
      return oid
    } catch (error) {
      await own.rollback().catch(() => {}) // why the import failed is what counts
      throw error
    } finally {
      await closeSource(chunks, options.signal?.aborted ?? false)
    }
  }

  /** Everything one holds, in pieces of up to 60 KB: iterate it, or make a stream of it. */
  export(oid: number, options: LargeObjectOptions = {}): BatchStream<Uint8Array> {
    return new BatchStream({
      borrow: this.#borrow,
      signal: options.signal,
      bytes: true,
      open: async (carrier) => {
        const object = await this.open(oid, "r", options)
        return {
          next: async () => {
            const piece = await object.read(READ_BYTES)
            return piece.length === 0 ? undefined : [piece]
          },
          close: async () => {
            await object.close()
            carrier.release()
          },
        }
      },
    })
  }
}

function checkOid(oid: number): void {
  if (Number.isInteger(oid) && oid >= 0 && oid < 2 ** 32) return
  throw new UsageError(`a large object has an integer for its Oid, got ${describeValue(oid)}`, { safeToRetry: true })
}

async function copyChunks(chunks: Source<Uint8Array>, object: LargeObject, options: ImportOptions): Promise<void> {
  const gathered = new Uint8Array(PIECE_BYTES)
  let used = 0
  let bytes = 0
  const send = async (): Promise<void> => {
    await object.write(gathered.subarray(0, used))
    bytes += used
    used = 0
    options.onProgress?.({ bytes })
  }
  for (;;) {
    const chunk = await nextUnlessAborted(chunks, options.signal)
    if (chunk === END) break
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - used)
      gathered.set(part, used)
      used += part.length
      at += part.length
      if (used === PIECE_BYTES) await send()
    }
  }
  if (used > 0) await send()
}

function largeObjectsOn(carrier: Carrier): LargeObjects {
  return new LargeObjects(() => carrier)
}
