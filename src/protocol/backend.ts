/**
 * Readers for the cold backend messages: those that come once per statement or per connection. Each takes the body
 * behind the length word and checks it to the last byte.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Format, Oid } from "../base/format.ts"
import { ProtocolError } from "../errors/client-error.ts"
import type { ServerMessageFields } from "../errors/server-error.ts"
import { MessageReader } from "./message-reader.ts"

/** One column of a result as RowDescription tells it. */
export interface Field {
  /** The column's name or alias. */
  readonly name: string
  /** The Oid of the table it comes from, 0 when it is computed. */
  readonly tableOid: Oid
  /** Its attribute number in that table, 0 when it is computed. */
  readonly columnNumber: number
  /** The Oid of its type. */
  readonly typeOid: Oid
  /** The name of its type, `int4` or `text[]`, without its schema. The server does not tell it: `query/` fills it in. */
  readonly typeName: string
  /** `pg_type.typlen`: negative for types of variable length. */
  readonly typeSize: number
  /** `pg_attribute.atttypmod`: what the type's parentheses say, -1 without. */
  readonly typeModifier: number
}

/** RowDescription. */
export function readRowDescription(source: ByteSource, start: number, end: number): Field[] {
  const reader = new MessageReader(source, start, end, "RowDescription")
  const count = reader.uint16()
  // A field takes at least its name's terminator and 18 bytes: judge the count before allocating.
  if (count * 19 > reader.remaining) reader.malformed(`${count} fields do not fit into it`)
  const fields: Field[] = []
  for (let i = 0; i < count; i++) {
    fields.push({
      name: reader.cstring(),
      tableOid: reader.uint32(),
      columnNumber: reader.int16(),
      typeOid: reader.uint32(),
      typeName: "",
      typeSize: reader.int16(),
      typeModifier: reader.int32(),
    })
    reader.int16() // the format: zero at this stage, or what Bind has asked for anyway
  }
  reader.finish()
  return fields
}

/** ParameterDescription. */
export function readParameterDescription(source: ByteSource, start: number, end: number): Oid[] {
  const reader = new MessageReader(source, start, end, "ParameterDescription")
  const count = reader.uint16()
  if (count * 4 !== reader.remaining) reader.malformed(`${count} parameters do not fill it`)
  const oids: Oid[] = []
  for (let i = 0; i < count; i++) oids.push(reader.uint32())
  return oids
}

/** What a COPY's data looks like. */
export interface CopyResponse {
  /** Text, csv included, or binary. */
  readonly format: Format
  /** The same for each column: how many there are is what matters. */
  readonly columns: readonly Format[]
}

/** CopyInResponse, CopyOutResponse and CopyBothResponse: the overall format and that of each column. */
export function readCopyResponse(source: ByteSource, start: number, end: number): CopyResponse {
  const reader = new MessageReader(source, start, end, "CopyResponse")
  const format = readFormat(reader, reader.uint8())
  const count = reader.uint16()
  const columns: Format[] = []
  for (let i = 0; i < count; i++) columns.push(readFormat(reader, reader.uint16()))
  reader.finish()
  return { format, columns }
}

/** ParameterStatus: a setting's name and its value. */
export function readParameterStatus(source: ByteSource, start: number, end: number): [name: string, value: string] {
  const reader = new MessageReader(source, start, end, "ParameterStatus")
  const status: [string, string] = [reader.cstring(), reader.cstring()]
  reader.finish()
  return status
}

/** BackendKeyData: the process and the key that a CancelRequest must name. */
export function readBackendKeyData(
  source: ByteSource,
  start: number,
  end: number,
): { processId: number; secretKey: Uint8Array } {
  const reader = new MessageReader(source, start, end, "BackendKeyData")
  const processId = reader.int32()
  if (reader.remaining < 4 || reader.remaining > 256) reader.malformed(`a key of ${reader.remaining} bytes`)
  return { processId, secretKey: reader.rest() }
}

/** The Authentication messages: their code and what follows it. */
export function readAuthentication(source: ByteSource, start: number, end: number): { code: number; data: Uint8Array } {
  const reader = new MessageReader(source, start, end, "Authentication")
  return { code: reader.int32(), data: reader.rest() }
}

/** NegotiateProtocolVersion: the newest version the server speaks and the options it does not know. */
export function readNegotiateProtocolVersion(
  source: ByteSource,
  start: number,
  end: number,
): { version: number; unknownOptions: string[] } {
  const reader = new MessageReader(source, start, end, "NegotiateProtocolVersion")
  const version = reader.int32()
  const count = reader.int32()
  if (count < 0 || count > reader.remaining) reader.malformed(`${count} options do not fit into it`)
  const unknownOptions: string[] = []
  for (let i = 0; i < count; i++) unknownOptions.push(reader.cstring())
  reader.finish()
  return { version, unknownOptions }
}

/** NotificationResponse. */
export function readNotification(
  source: ByteSource,
  start: number,
  end: number,
): { processId: number; channel: string; payload: string } {
  const reader = new MessageReader(source, start, end, "NotificationResponse")
  const notification = { processId: reader.int32(), channel: reader.cstring(), payload: reader.cstring() }
  reader.finish()
  return notification
}

const FIELD_NAMES: Readonly<Record<string, keyof ServerMessageFields>> = {
  S: "localizedSeverity",
  V: "severity",
  C: "code",
  M: "message",
  D: "detail",
  H: "hint",
  P: "position",
  p: "internalPosition",
  q: "internalQuery",
  W: "where",
  s: "schema",
  t: "table",
  c: "column",
  d: "dataType",
  n: "constraint",
  F: "file",
  L: "line",
  R: "routine",
}

/**
 * ErrorResponse and NoticeResponse. Fields of unknown type are ignored, as the protocol demands.
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
export function readServerMessage(source: ByteSource, start: number, end: number): ServerMessageFields {
  const reader = new MessageReader(source, start, end, "ErrorResponse")
  const fields: Partial<Record<keyof ServerMessageFields, string | number>> = {}
  for (let type = reader.uint8(); type !== 0; type = reader.uint8()) {
    const text = reader.cstring()
    const name = FIELD_NAMES[String.fromCharCode(type)]
    if (name === undefined) continue
    fields[name] = name === "position" || name === "internalPosition" || name === "line" ? Number(text) : text
  }
  reader.finish()
  // Servers before 9.6 send no V; theirs is the localised severity.
  fields.severity ??= fields.localizedSeverity ?? "ERROR"
  if (fields.code === undefined || fields.message === undefined) {
    throw new ProtocolError("the server sent an ErrorResponse without a code or a message")
  }
  return fields as ServerMessageFields
}

function readFormat(reader: MessageReader, format: number): Format {
  if (format !== 0 && format !== 1) reader.malformed(`the format code ${format}`)
  return format
}
