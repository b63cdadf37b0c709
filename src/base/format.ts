/**
 * The vocabulary that protocol/ and types/ share: object identifiers and the two wire formats.
 *
 * @see https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */

/** A PostgreSQL object identifier: an unsigned 32-bit integer that names a type, a table, … */
export type Oid = number

/** How a value is represented on the wire: `0` is text, `1` is the type's binary form. */
export type Format = 0 | 1

/** The text format: what a type's input and output functions read and write. */
export const TEXT: 0 = 0

/** The binary format: what a type's send and receive functions write and read. */
export const BINARY: 1 = 1

/** The Oid that asks the server to infer a parameter's type. */
export const UNSPECIFIED_OID: Oid = 0
