/**
 * Types read from the catalogs on demand, as a request of its own.
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { KnownTypes } from "../types/known-types.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { TypeLookup } from "./type-lookup.ts"

/** Learns types by their SQL names, whether they are known already or not. */
export class LoadTypes implements Exchange {
  readonly promise: Promise<void>
  readonly #lookup: TypeLookup
  #resolve!: () => void
  #reject!: (error: unknown) => void

  constructor(known: KnownTypes, names: readonly string[]) {
    this.#lookup = new TypeLookup(known, { oids: [], names })
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#lookup.write(line)
  }

  onRow(source: ByteSource, start: number, end: number): void {
    this.#lookup.onRow(source, start, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    this.#lookup.onFrame(type, source, start, end)
  }

  onReady(status: number): Outcome {
    const failure = this.#lookup.finish(status)
    if (failure === undefined) this.#resolve()
    else this.#reject(failure)
    return "done"
  }

  fail(error: unknown): void {
    this.#lookup.abandon(error)
    this.#reject(error)
  }
}
