/**
 * Whole answers of a server for statements with one int4 column, for tests that care about what happens around them.
 */

import * as backend from "./backend-messages.ts"

const INT4 = 23
const column = backend.rowDescription({ name: "n", typeOid: INT4, typeSize: 4 })

/** To Parse Describe Bind Execute Sync; rows are text, or bytes in binary. */
export function extendedAnswer(...values: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([extendedRows(...values), backend.readyForQuery()])
}

/** The same without ReadyForQuery. */
export function extendedRows(...values: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([
    backend.parseComplete(),
    backend.parameterDescription(),
    column,
    backend.bindComplete(),
    ...values.map((value) => backend.dataRow(value)),
    backend.commandComplete(`SELECT ${values.length}`),
  ])
}

/** To Parse Describe Bind Execute Sync of a statement without rows. */
export function commandAnswer(tag: string): Buffer {
  return Buffer.concat([
    backend.parseComplete(),
    backend.parameterDescription(),
    backend.noData(),
    backend.bindComplete(),
    backend.commandComplete(tag),
    backend.readyForQuery(),
  ])
}

/** To Bind Execute Sync; rows are in binary. */
export function namedAnswer(...values: readonly number[]): Buffer {
  return Buffer.concat([
    backend.bindComplete(),
    ...values.map((value) => backend.dataRow(backend.int32(value))),
    backend.commandComplete(`SELECT ${values.length}`),
    backend.readyForQuery(),
  ])
}

/** To a Query of one statement. */
export function simpleAnswer(...values: readonly string[]): Buffer {
  return Buffer.concat([
    column,
    ...values.map((value) => backend.dataRow(value)),
    backend.commandComplete(`SELECT ${values.length}`),
    backend.readyForQuery(),
  ])
}

/** An error and ReadyForQuery. */
export function failure(
  code: string,
  more: Readonly<Record<string, string>> = {},
  status: "I" | "T" | "E" = "I",
): Buffer {
  return Buffer.concat([backend.errorResponse(code, `failed with ${code}`, more), backend.readyForQuery(status)])
}
