/**
 * Frames of the server as the message objects of `pg`, for whoever listens on a client's connection: submittables and
 * tracers. Rows on their way to an ordinary query do not pass here.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

import { utf8Length } from "#platform"
import type { ByteSource } from "../base/byte-source.ts"
import type { Notification } from "../link/async-messages.ts"
import { readServerMessage } from "../protocol/backend.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  COPY_BOTH_RESPONSE,
  COPY_DATA,
  COPY_DONE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  EMPTY_QUERY_RESPONSE,
  ERROR_RESPONSE,
  NO_DATA,
  PARAMETER_DESCRIPTION,
  PARSE_COMPLETE,
  PORTAL_SUSPENDED,
  ROW_DESCRIPTION,
} from "../protocol/codes.ts"
import { MessageReader } from "../protocol/message-reader.ts"
import { malformedRow } from "../query/malformed-row.ts"
import { databaseError } from "./database-error.ts"
import { Buffer } from "./node-runtime.ts"
import type { TypeFormat } from "./types.ts"

/** What all messages have: the event's name and the length on the wire, without the type byte. */
export interface PgMessage {
  readonly name: string
  readonly length: number
}

/** One column of a result. */
export class Field {
  name: string
  tableID: number
  columnID: number
  dataTypeID: number
  dataTypeSize: number
  dataTypeModifier: number
  format: TypeFormat

  constructor(
    name: string,
    tableID: number,
    columnID: number,
    dataTypeID: number,
    dataTypeSize: number,
    dataTypeModifier: number,
    format: TypeFormat,
  ) {
    this.name = name
    this.tableID = tableID
    this.columnID = columnID
    this.dataTypeID = dataTypeID
    this.dataTypeSize = dataTypeSize
    this.dataTypeModifier = dataTypeModifier
    this.format = format
  }
}

/** RowDescription. */
export interface RowDescriptionMessage extends PgMessage {
  readonly fieldCount: number
  readonly fields: Field[]
}

/** DataRow, its values as text; as bytes in columns that came in binary. */
export interface DataRowMessage extends PgMessage {
  readonly fields: (string | Buffer | null)[]
}

/** CommandComplete. */
export interface CommandCompleteMessage extends PgMessage {
  /** The command tag. */
  readonly text: string
}

/** CopyData. */
export interface CopyDataMessage extends PgMessage {
  readonly chunk: Buffer
}

/** ReadyForQuery. */
export interface ReadyForQueryMessage extends PgMessage {
  readonly status: string
}

const parseComplete: PgMessage = { name: "parseComplete", length: 5 }
const bindComplete: PgMessage = { name: "bindComplete", length: 5 }
const closeComplete: PgMessage = { name: "closeComplete", length: 5 }
const noData: PgMessage = { name: "noData", length: 5 }
const portalSuspended: PgMessage = { name: "portalSuspended", length: 5 }
const emptyQuery: PgMessage = { name: "emptyQuery", length: 4 }
const copyDone: PgMessage = { name: "copyDone", length: 4 }
const replicationStart: PgMessage = { name: "replicationStart", length: 4 }

/** The event and the message for a frame; undefined for one that `pg` has no event for. */
export function readMessage(type: number, source: ByteSource, start: number, end: number): PgMessage | undefined {
  const length = end - start + 4
  switch (type) {
    case PARSE_COMPLETE:
      return parseComplete
    case BIND_COMPLETE:
      return bindComplete
    case CLOSE_COMPLETE:
      return closeComplete
    case NO_DATA:
      return noData
    case PORTAL_SUSPENDED:
      return portalSuspended
    case EMPTY_QUERY_RESPONSE:
      return emptyQuery
    case COPY_DONE:
      return copyDone
    case COPY_BOTH_RESPONSE:
      return replicationStart
    case ROW_DESCRIPTION:
      return readFields(source, start, end)
    case COMMAND_COMPLETE:
      return { name: "commandComplete", length, text: source.text(start, end - 1) } as CommandCompleteMessage
    case ERROR_RESPONSE:
      return Object.assign(databaseError(readServerMessage(source, start, end)), { length })
    case COPY_DATA:
      return { name: "copyData", length, chunk: Buffer.from(source.copy(start, end).buffer) } as CopyDataMessage
    case COPY_IN_RESPONSE:
      return readCopyResponse("copyInResponse", source, start, end)
    case COPY_OUT_RESPONSE:
      return readCopyResponse("copyOutResponse", source, start, end)
    case PARAMETER_DESCRIPTION:
      return readParameters(source, start, end)
    default:
      return undefined
  }
}

/** NotificationResponse. */
export interface NotificationMessage extends PgMessage {
  readonly processId: number
  readonly channel: string
  readonly payload: string
}

/** The message for a notification. */
export function notificationMessage({ processId, channel, payload }: Notification): NotificationMessage {
  const length = 4 + 4 + utf8Length(channel) + 1 + utf8Length(payload) + 1
  return { length, processId, channel, payload, name: "notification" }
}

/** The message for a DataRow. */
export function readDataRow(source: ByteSource, start: number, end: number, fields: readonly Field[]): DataRowMessage {
  const { view } = source
  if (start + 2 > end) malformedRow()
  const count = view.getUint16(start)
  const values: (string | Buffer | null)[] = []
  let position = start + 2
  for (let i = 0; i < count; i++) {
    if (position + 4 > end) malformedRow()
    const length = view.getInt32(position)
    position += 4
    if (length < 0) {
      values.push(null)
      continue
    }
    const next = position + length
    if (next > end) malformedRow()
    const isBinary = fields[i]?.format === "binary"
    values.push(isBinary ? Buffer.from(source.bytes.subarray(position, next)) : source.text(position, next))
    position = next
  }
  return { name: "dataRow", length: end - start + 4, fields: values }
}

function readFields(source: ByteSource, start: number, end: number): RowDescriptionMessage {
  const reader = new MessageReader(source, start, end, "RowDescription")
  const fieldCount = reader.uint16()
  const fields: Field[] = []
  for (let i = 0; i < fieldCount; i++) {
    fields.push(
      new Field(
        reader.cstring(),
        reader.uint32(),
        reader.int16(),
        reader.uint32(),
        reader.int16(),
        reader.int32(),
        reader.int16() === 0 ? "text" : "binary",
      ),
    )
  }
  reader.finish()
  return { name: "rowDescription", length: end - start + 4, fieldCount, fields }
}

function readCopyResponse(name: string, source: ByteSource, start: number, end: number): PgMessage {
  const reader = new MessageReader(source, start, end, "CopyResponse")
  const binary = reader.uint8() !== 0
  const count = reader.uint16()
  const columnTypes: number[] = []
  for (let i = 0; i < count; i++) columnTypes.push(reader.int16())
  return { name, length: end - start + 4, binary, columnTypes } as PgMessage
}

function readParameters(source: ByteSource, start: number, end: number): PgMessage {
  const reader = new MessageReader(source, start, end, "ParameterDescription")
  const parameterCount = reader.uint16()
  const dataTypeIDs: number[] = []
  for (let i = 0; i < parameterCount; i++) dataTypeIDs.push(reader.uint32())
  return { name: "parameterDescription", length: end - start + 4, parameterCount, dataTypeIDs } as PgMessage
}
