/**
 * The Codec interface: how the values of one PostgreSQL type become JavaScript values and back, in both wire formats.
 *
 * Rules every codec keeps:
 * - `decode…` reads only bytes from `start` up to `end`, checks every length and count against them, and throws
 *   DecodeError for anything malformed. Both formats give the same value, whatever the session's settings.
 * - A string is always the type's text representation, as in any SQL client: it goes to the server as it is. So a
 *   codec never refuses a string that the server would take, and never sees one in `encodeBinary` unless it wants to.
 * - `encodeBinary` writes the value and returns true, or writes nothing and returns false when the value is not of its
 *   natural kind; then `encodeText` is asked. That one returns the text or refuses (EncodeError).
 * - null and undefined never reach a codec.
 *
 * @see https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import type { Format } from "../base/format.ts"

/** Reads one value out of received bytes. */
export type Decode<T> = (source: ByteSource, start: number, end: number) => T

/** Both directions and both formats of one type. */
export interface Codec<T = unknown> {
  /** The type's name as in `pg_type.typname`; errors show it. */
  readonly name: string
  /** Reads the text format. */
  readonly decodeText: Decode<T>
  /** Reads the binary format; absent for types that are only ever read as text. */
  readonly decodeBinary?: Decode<T>
  /** The value's text representation. @throws EncodeError when the value cannot be of this type. */
  readonly encodeText: (value: unknown) => string
  /** Writes the binary form without its length; false (and nothing written) when the value is not of this kind. */
  readonly encodeBinary?: (value: unknown, writer: ByteWriter) => boolean
  /** The format in which results are cheapest and safest to read. Binary needs `decodeBinary`. */
  readonly resultFormat: Format
  /** The character between elements in the type's array text; a comma for all types but `box`. */
  readonly delimiter?: string
  /** True when the binary form says less than the text (reg*, money): what contains such values is read as text too. */
  readonly prefersText?: boolean
  /** True when a JavaScript array is one value of this type (json, vector, …), not a nesting of an SQL array. */
  readonly takesArrays?: boolean
  /** True when a Uint8Array's own bytes are its binary form, so that a large one need not be copied. */
  readonly isRawBytes?: boolean
}
