/**
 * Rows that cannot be decoded yet, because the catalogs have to be asked about a type first: their bytes are kept, and
 * decoded behind the rows that came before them.
 */

import { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import { ChangedTypeError } from "../types/composite.ts"
import type { RowDecoder } from "./row-decoder.ts"

/** The last rows of a result, from the first on that has to wait. */
export class KeptRows {
  readonly #bodies: Uint8Array[] = []

  /** Copies a row's bytes. */
  add(source: ByteSource, start: number, end: number): void {
    this.#bodies.push(source.copy(start, end))
  }

  /** Decodes what was kept and appends it to the rows before. */
  decodeOnto<R>(rows: R[], decode: RowDecoder<R>): void {
    for (const body of this.#bodies) rows.push(decode(new ByteSource(body), 0, body.length))
  }
}

/** The type that has changed since the catalogs were asked, when that is why a row cannot be decoded. */
export function changedType(error: unknown): Oid | undefined {
  return error instanceof ChangedTypeError && error.oid !== 0 ? error.oid : undefined
}
