/**
 * What the server reports, in the clothes of `pg`: an error or a notice with the fields of the message as own
 * properties, all of them strings and in that package's order.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */

import type { ServerMessageFields } from "../errors/server-error.ts"
import { Buffer } from "./node-runtime.ts"

/** The fields that errors and notices share. A field that was not sent is undefined. */
export interface MessageFields {
  severity: string | undefined
  code: string | undefined
  detail: string | undefined
  hint: string | undefined
  position: string | undefined
  internalPosition: string | undefined
  internalQuery: string | undefined
  where: string | undefined
  schema: string | undefined
  table: string | undefined
  column: string | undefined
  dataType: string | undefined
  constraint: string | undefined
  file: string | undefined
  line: string | undefined
  routine: string | undefined
}

/** An error that the server reported. */
export class DatabaseError extends Error implements MessageFields {
  /** The length of the message on the wire. */
  length: number
  declare severity: string | undefined
  declare code: string | undefined
  declare detail: string | undefined
  declare hint: string | undefined
  declare position: string | undefined
  declare internalPosition: string | undefined
  declare internalQuery: string | undefined
  declare where: string | undefined
  declare schema: string | undefined
  declare table: string | undefined
  declare column: string | undefined
  declare dataType: string | undefined
  declare constraint: string | undefined
  declare file: string | undefined
  declare line: string | undefined
  declare routine: string | undefined

  constructor(message: string, length: number, name: string) {
    super(message)
    this.length = length
    this.name = name
  }
}

/** A notice. It is no error and has no stack. */
export class NoticeMessage implements MessageFields {
  length: number
  message: string | undefined
  name: "notice"
  declare severity: string | undefined
  declare code: string | undefined
  declare detail: string | undefined
  declare hint: string | undefined
  declare position: string | undefined
  declare internalPosition: string | undefined
  declare internalQuery: string | undefined
  declare where: string | undefined
  declare schema: string | undefined
  declare table: string | undefined
  declare column: string | undefined
  declare dataType: string | undefined
  declare constraint: string | undefined
  declare file: string | undefined
  declare line: string | undefined
  declare routine: string | undefined

  constructor(length: number, message: string) {
    this.length = length
    this.message = message
    this.name = "notice"
  }
}

/** An ErrorResponse as `pg` shows it. */
export function databaseError(fields: ServerMessageFields): DatabaseError {
  const error = new DatabaseError(fields.message, wireLength(fields), "error")
  setFields(error, fields)
  return error
}

/** A NoticeResponse as `pg` shows it. */
export function noticeMessage(fields: ServerMessageFields): NoticeMessage {
  const notice = new NoticeMessage(wireLength(fields), fields.message)
  setFields(notice, fields)
  return notice
}

function setFields(message: MessageFields, fields: ServerMessageFields): void {
  message.severity = fields.localizedSeverity ?? fields.severity
  message.code = fields.code
  message.detail = fields.detail
  message.hint = fields.hint
  message.position = textOf(fields.position)
  message.internalPosition = textOf(fields.internalPosition)
  message.internalQuery = fields.internalQuery
  message.where = fields.where
  message.schema = fields.schema
  message.table = fields.table
  message.column = fields.column
  message.dataType = fields.dataType
  message.constraint = fields.constraint
  message.file = fields.file
  message.line = textOf(fields.line)
  message.routine = fields.routine
}

function textOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** Length word and terminator, and for each field its type, its bytes and a terminator. */
function wireLength(fields: ServerMessageFields): number {
  let length = 4 + 1
  for (const value of sentFields(fields)) {
    if (value !== undefined) length += 1 + Buffer.byteLength(String(value)) + 1
  }
  return length
}

function sentFields(fields: ServerMessageFields): (string | number | undefined)[] {
  return [
    fields.severity,
    fields.localizedSeverity,
    fields.code,
    fields.message,
    fields.detail,
    fields.hint,
    fields.position,
    fields.internalPosition,
    fields.internalQuery,
    fields.where,
    fields.schema,
    fields.table,
    fields.column,
    fields.dataType,
    fields.constraint,
    fields.file,
    fields.line,
    fields.routine,
  ]
}
