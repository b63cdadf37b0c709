/**
 * What the server reports: an ErrorResponse as a {@link ServerError}, a NoticeResponse as a {@link Notice}, with every
 * field the server sent. A field that was not sent is undefined. The statement's text is kept, its parameters never are.
 * The classes for the single conditions stand in `conditions.generated.ts`; `createServerError` picks among them.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */

import { PglineError } from "./client-error.ts"
import { type Condition, className, conditionName, matchesCondition } from "./condition.ts"
import { redact } from "./redact.ts"
import { formatReport } from "./report.ts"
import type { ServerMessageFields } from "./server-message.ts"

export type { ServerMessageFields }

/** Which object an error has to be about, for {@link ServerError.is}. */
export interface ConditionMatch {
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly dataType?: string
  readonly constraint?: string
}

/** An error that the server reported. */
export class ServerError extends PglineError implements ServerMessageFields {
  readonly code: string
  readonly severity: string
  readonly localizedSeverity: string | undefined
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly position: number | undefined
  readonly internalPosition: number | undefined
  readonly internalQuery: string | undefined
  readonly where: string | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly dataType: string | undefined
  readonly constraint: string | undefined
  readonly file: string | undefined
  readonly line: number | undefined
  readonly routine: string | undefined
  /** The text of the statement that failed, without its parameters' values. */
  readonly statement: string | undefined

  constructor(fields: ServerMessageFields, statement?: string) {
    super(fields.message, { safeToRetry: refusedConnection(fields) })
    this.code = fields.code
    this.severity = fields.severity
    this.localizedSeverity = fields.localizedSeverity
    this.detail = fields.detail
    this.hint = fields.hint
    this.position = fields.position
    this.internalPosition = fields.internalPosition
    this.internalQuery = fields.internalQuery
    this.where = fields.where
    this.schema = fields.schema
    this.table = fields.table
    this.column = fields.column
    this.dataType = fields.dataType
    this.constraint = fields.constraint
    this.file = fields.file
    this.line = fields.line
    this.routine = fields.routine
    this.statement = statement
  }

  /** The class's name, from the code: it stays the same when a bundler renames classes. */
  override get name(): string {
    return className(this.code) ?? super.name
  }

  /** The condition's name as in the manual's appendix A, undefined for a code that is not listed there. */
  get condition(): string | undefined {
    return conditionName(this.code)
  }

  /** True when this error ended the session (FATAL) or the whole server (PANIC). */
  get fatal(): boolean {
    return this.severity === "FATAL" || this.severity === "PANIC"
  }

  /**
   * True when the same request may well succeed a little later: the connection or its server went away, the transaction
   * lost against another one, a resource or a lock was not to be had.
   */
  override get transient(): boolean {
    return isTransientCode(this.code)
  }

  /**
   * True when this is the condition, given by its name (`"unique_violation"`) or its SQLSTATE (`"23505"`), and about the
   * object in `match`. As in PL/pgSQL, the first condition of an SQLSTATE class stands for the whole class:
   * `"integrity_constraint_violation"` and `"23000"` match all of class 23.
   *
   * @throws UsageError when there is no such condition name
   */
  is(condition: Condition, match: ConditionMatch = {}): boolean {
    return (
      matchesCondition(this.code, condition) &&
      (match.schema === undefined || match.schema === this.schema) &&
      (match.table === undefined || match.table === this.table) &&
      (match.column === undefined || match.column === this.column) &&
      (match.dataType === undefined || match.dataType === this.dataType) &&
      (match.constraint === undefined || match.constraint === this.constraint)
    )
  }

  /** The report for people: message, code, the statement's line with a caret at the position, detail and hint. */
  override toString(): string {
    return formatReport(this.name, this, this.statement)
  }

  /** Everything but the stack, for structured logs, with the passwords in the statement taken out. */
  toJSON(): Record<string, unknown> {
    const json: Record<string, unknown> = { name: this.name, message: this.message, condition: this.condition }
    return Object.assign(json, this, { statement: this.statement === undefined ? undefined : redact(this.statement) })
  }

  static {
    // Not a method: its name is a symbol that declaration files cannot spell.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: inspectServerError,
    })
  }
}

/** A message of the server that is no error: a warning, a notice, debugging output. */
export class Notice implements ServerMessageFields {
  readonly severity: string
  readonly localizedSeverity: string | undefined
  readonly code: string
  readonly message: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly position: number | undefined
  readonly internalPosition: number | undefined
  readonly internalQuery: string | undefined
  readonly where: string | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly dataType: string | undefined
  readonly constraint: string | undefined
  readonly file: string | undefined
  readonly line: number | undefined
  readonly routine: string | undefined

  constructor(fields: ServerMessageFields) {
    this.severity = fields.severity
    this.localizedSeverity = fields.localizedSeverity
    this.code = fields.code
    this.message = fields.message
    this.detail = fields.detail
    this.hint = fields.hint
    this.position = fields.position
    this.internalPosition = fields.internalPosition
    this.internalQuery = fields.internalQuery
    this.where = fields.where
    this.schema = fields.schema
    this.table = fields.table
    this.column = fields.column
    this.dataType = fields.dataType
    this.constraint = fields.constraint
    this.file = fields.file
    this.line = fields.line
    this.routine = fields.routine
  }

  /** The condition's name as in the manual's appendix A, undefined for a code that is not listed there. */
  get condition(): string | undefined {
    return conditionName(this.code)
  }

  toString(): string {
    return formatReport(this.severity, this, undefined)
  }
}

/** What `console.log` shows in Node, Bun and Deno: the report, the stack's frames and the cause. */
function inspectServerError(this: ServerError, _depth: number, options: unknown, inspect?: Inspect): string {
  const lines = [this.toString(), ...(this.stack?.match(/^ {4}at .*$/gm) ?? [])]
  if (this.cause !== undefined && inspect) lines.push(`  [cause]: ${inspect(this.cause, options)}`)
  return lines.join("\n")
}

type Inspect = (value: unknown, options: unknown) => string

/** True for the answers to a startup message that a server gives before there is a session that could do anything. */
function refusedConnection({ code, severity }: ServerMessageFields): boolean {
  return severity === "FATAL" && (code === "57P03" || code === "53300")
}

function isTransientCode(code: string): boolean {
  switch (code.slice(0, 2)) {
    case "08":
      return code !== "08P01" // one side breaks the protocol: it would do so again
    case "40":
      return code !== "40002" // a constraint, checked at commit
    case "53":
      return true
  }
  switch (code) {
    case "55006": // object_in_use
    case "55P03": // lock_not_available
    case "57P01": // admin_shutdown
    case "57P02": // crash_shutdown
    case "57P03": // cannot_connect_now
    case "57P05": // idle_session_timeout
    case "58000": // system_error
    case "58030": // io_error
    case "72000": // snapshot_too_old, up to PostgreSQL 16
      return true
    default:
      return false
  }
}
