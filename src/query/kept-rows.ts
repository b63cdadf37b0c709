/**
 * Rows that cannot be decoded yet, because the catalogs have to be asked about a type first: their bytes are kept among
 * the decoded ones, in their places, and decoded later.
 */

import { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import { ChangedTypeError } from "../types/composite.ts"
import type { RowDecoder } from "./row-decoder.ts"

/** A "decoder" that only keeps a row's bytes. */
export function keepRow(source: ByteSource, start: number, end: number): Uint8Array {
  return source.copy(start, end)
}

/** Decodes the rows from an index on, which were kept, in place. */
export function decodeKept<R>(rows: R[], first: number, decode: RowDecoder<R>): void {
  for (let i = first; i < rows.length; i++) {
    const bytes = rows[i] as Uint8Array
    rows[i] = decode(new ByteSource(bytes), 0, bytes.length)
  }
}

/** The type that has changed since the catalogs were asked, when that is why a row cannot be decoded. */
export function changedType(error: unknown): Oid | undefined {
  return error instanceof ChangedTypeError && error.oid !== 0 ? error.oid : undefined
}
