/**
 * The bytes a PostgreSQL server sends, one function a message, for scripted backends and decoder tests. Nothing here
 * comes from the library under test. Text is UTF-8; a `null` value is an SQL NULL.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** A big-endian 32-bit integer. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}

/** A big-endian 16-bit integer, signed or unsigned. */
export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value & 0xffff)
  return bytes
}

/** A string and its closing zero. */
export function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** Any message: its type, the length counted, its parts. */
export function message(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type, "latin1"), int32(body.length + 4), body])
}

// Start of a session ---------------------------------------------------------------------------------------------

export function authenticationOk(): Buffer {
  return message("R", int32(0))
}

export function authenticationCleartext(): Buffer {
  return message("R", int32(3))
}

export function authenticationMd5(salt: Uint8Array): Buffer {
  return message("R", int32(5), salt)
}

/** AuthenticationSASL with the mechanisms offered. */
export function authenticationSasl(...mechanisms: readonly string[]): Buffer {
  return message("R", int32(10), ...mechanisms.map(cstring), Buffer.from([0]))
}

export function authenticationSaslContinue(data: Uint8Array | string): Buffer {
  return message("R", int32(11), Buffer.from(data))
}

export function authenticationSaslFinal(data: Uint8Array | string): Buffer {
  return message("R", int32(12), Buffer.from(data))
}

export function parameterStatus(name: string, value: string): Buffer {
  return message("S", cstring(name), cstring(value))
}

/** BackendKeyData; a longer key than four bytes is protocol 3.2's. */
export function backendKeyData(processId: number, key: number | Uint8Array): Buffer {
  return message("K", int32(processId), typeof key === "number" ? int32(key) : key)
}

/** The newest minor version the server speaks, and the `_pq_.` options it does not know. */
export function negotiateProtocolVersion(minor: number, unknownOptions: readonly string[] = []): Buffer {
  return message("v", int32((3 << 16) | minor), int32(unknownOptions.length), ...unknownOptions.map(cstring))
}

export function readyForQuery(status: "I" | "T" | "E" = "I"): Buffer {
  return message("Z", Buffer.from(status))
}

// Results --------------------------------------------------------------------------------------------------------

/** A column of RowDescription; what is not given is as for a text expression. */
export interface ColumnDescription {
  readonly name: string
  readonly tableOid?: number
  readonly columnNumber?: number
  readonly typeOid?: number
  readonly typeSize?: number
  readonly typeModifier?: number
  readonly format?: 0 | 1
}

export function rowDescription(...columns: readonly (ColumnDescription | string)[]): Buffer {
  const parts = columns.map((column) => {
    const given: ColumnDescription = typeof column === "string" ? { name: column } : column
    return Buffer.concat([
      cstring(given.name),
      int32(given.tableOid ?? 0),
      int16(given.columnNumber ?? 0),
      int32(given.typeOid ?? 25),
      int16(given.typeSize ?? -1),
      int32(given.typeModifier ?? -1),
      int16(given.format ?? 0),
    ])
  })
  return message("T", int16(columns.length), ...parts)
}

export function dataRow(...values: readonly (string | Uint8Array | null)[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) {
      return int32(-1)
    }
    const bytes = Buffer.from(value)
    return Buffer.concat([int32(bytes.length), bytes])
  })
  return message("D", int16(values.length), ...parts)
}

export function commandComplete(tag: string): Buffer {
  return message("C", cstring(tag))
}

export function emptyQueryResponse(): Buffer {
  return message("I")
}

export function parseComplete(): Buffer {
  return message("1")
}

export function bindComplete(): Buffer {
  return message("2")
}

export function closeComplete(): Buffer {
  return message("3")
}

export function noData(): Buffer {
  return message("n")
}

export function portalSuspended(): Buffer {
  return message("s")
}

export function parameterDescription(...typeOids: readonly number[]): Buffer {
  return message("t", int16(typeOids.length), ...typeOids.map(int32))
}

// Errors and what comes unasked ----------------------------------------------------------------------------------

/** The fields of an error or a notice by their one-letter names. */
function fields(given: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat([...Object.entries(given).map(([name, value]) => cstring(name + value)), Buffer.from([0])])
}

/** An ErrorResponse. `more` adds or replaces fields by their letters, such as `D` for the detail. */
export function errorResponse(code: string, text: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return message("E", fields({ S: "ERROR", V: "ERROR", C: code, M: text, ...more }))
}

/** A NoticeResponse; `more` as for {@link errorResponse}. */
export function noticeResponse(code: string, text: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return message("N", fields({ S: "NOTICE", V: "NOTICE", C: code, M: text, ...more }))
}

export function notificationResponse(processId: number, channel: string, payload: string): Buffer {
  return message("A", int32(processId), cstring(channel), cstring(payload))
}

// COPY -----------------------------------------------------------------------------------------------------------

function copyResponse(type: string, format: 0 | 1, columnFormats: readonly (0 | 1)[]): Buffer {
  return message(type, Buffer.from([format]), int16(columnFormats.length), ...columnFormats.map(int16))
}

export function copyInResponse(format: 0 | 1, columnFormats: readonly (0 | 1)[]): Buffer {
  return copyResponse("G", format, columnFormats)
}

export function copyOutResponse(format: 0 | 1, columnFormats: readonly (0 | 1)[]): Buffer {
  return copyResponse("H", format, columnFormats)
}

export function copyData(data: Uint8Array | string): Buffer {
  return message("d", Buffer.from(data))
}

export function copyDone(): Buffer {
  return message("c")
}
