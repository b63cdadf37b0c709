/**
 * The base class of everything pgline throws and the failures born on our side of the wire.
 * Every class has a stable `code`; messages say what to do and never contain a password or a parameter's value.
 */

/** Options shared by all errors. */
export interface PglineErrorOptions {
  readonly cause?: unknown
  /** True when nothing of the request reached the server, so that sending it again cannot do it twice. */
  readonly safeToRetry?: boolean
}

/** What every error of this library has. */
export abstract class PglineError extends Error {
  /** A stable identifier: an SQLSTATE for errors of the server, `PGLINE_…` for ours. */
  abstract readonly code: string
  /** True when nothing of the request reached the server: sending it again cannot do it twice. */
  readonly safeToRetry: boolean
  /** Which of the parameter sets given to `executeMany` it concerns, counted from 0; only its errors have one. */
  declare index?: number

  constructor(message: string, options: PglineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.safeToRetry = options.safeToRetry ?? false
  }

  /** True when the same request may well succeed a little later. */
  get transient(): boolean {
    return false
  }

  override get name(): string {
    return this.constructor.name
  }
}

/** A failure that was found on the client's side. */
export abstract class ClientError extends PglineError {}

/** Options of a failure to connect. */
export interface ConnectionErrorOptions extends PglineErrorOptions {
  /** False when it will not go away by itself. @defaultValue true */
  readonly transient?: boolean
}

/** The connection could not be made, or it was lost. */
export class ConnectionError extends ClientError {
  readonly code: string = "PGLINE_CONNECTION"
  readonly #isTransient: boolean

  constructor(message: string, options: ConnectionErrorOptions = {}) {
    super(message, options)
    this.#isTransient = options.transient ?? true
  }

  override get transient(): boolean {
    return this.#isTransient
  }
}

/** The connection was closed or destroyed by its owner: on this one, trying again cannot help. */
export class ConnectionClosedError extends ConnectionError {
  override readonly code: string = "PGLINE_CONNECTION_CLOSED"

  override get transient(): boolean {
    return false
  }
}

/** Every host that was tried refused: `errors` has the reason of each attempt, in order. */
export class ConnectError extends ConnectionError {
  override readonly code: string = "PGLINE_CONNECT"
  readonly errors: readonly Error[]

  constructor(message: string, errors: readonly Error[]) {
    const transient = errors.some((error) => !(error instanceof PglineError) || error.transient)
    super(message, { cause: errors[errors.length - 1], safeToRetry: true, transient })
    this.errors = errors
  }
}

/** Authentication failed, or the server asked for a method that the options forbid. */
export class AuthenticationError extends ConnectionError {
  override readonly code: string = "PGLINE_AUTHENTICATION"

  override get transient(): boolean {
    return false
  }
}

/** An option, a connection string, a file or an environment variable has a value that cannot be used. */
export class ConfigError extends ClientError {
  readonly code = "PGLINE_CONFIG"
  /** The keyword at fault, under libpq's name, when there is one. */
  readonly keyword: string | undefined

  constructor(message: string, options: PglineErrorOptions & { readonly keyword?: string } = {}) {
    super(message, { safeToRetry: true, ...options })
    this.keyword = options.keyword
  }
}

/** The peer sent something that is not PostgreSQL's protocol. The connection is destroyed. */
export class ProtocolError extends ClientError {
  readonly code = "PGLINE_PROTOCOL"
}

/** A deadline given by the caller or by an option has passed. */
export class TimeoutError extends ClientError {
  readonly code: string = "PGLINE_TIMEOUT"

  override get transient(): boolean {
    return true
  }
}

/** A request was made in a way that can't be served: used after close, given to the wrong method, … */
export class UsageError extends ClientError {
  readonly code = "PGLINE_USAGE"
}

/** `one` found no row or several. */
export class RowCountError extends ClientError {
  readonly code = "PGLINE_ROW_COUNT"
  /** The number of rows there were. */
  readonly rowCount: number

  constructor(rowCount: number) {
    super(`expected exactly one row, got ${rowCount === 0 ? "none" : rowCount}`)
    this.rowCount = rowCount
  }
}

/** An earlier statement of the same pipeline failed, so the server has not run this one. */
export class PipelineAbortedError extends ClientError {
  readonly code = "PGLINE_PIPELINE_ABORTED"
}

/** COMMIT was answered by ROLLBACK: a statement of the transaction had failed before; it is the cause. */
export class CommitFailedError extends ClientError {
  readonly code = "PGLINE_COMMIT_FAILED"

  constructor(cause: unknown) {
    super("the transaction was rolled back at COMMIT because one of its statements had failed", { cause })
  }
}

/** The connection was lost while a transaction was being committed: whether it is can't be known from here. */
export class CommitUnknownError extends ConnectionError {
  override readonly code: string = "PGLINE_COMMIT_UNKNOWN"

  /** @param statement the one that was to commit it, or to prepare it for that */
  constructor(cause: unknown, statement: string) {
    const [command] = statement.split(" '", 1)
    super(`the connection was lost during ${command}: whether it has worked cannot be known`, { cause })
  }

  override get transient(): boolean {
    return false
  }
}

/** Notifications came faster than they were consumed, and the buffer between is full. The subscription has ended. */
export class NotificationOverflowError extends ClientError {
  readonly code = "PGLINE_NOTIFICATION_OVERFLOW"
  /** The channel's name. */
  readonly channel: string

  constructor(channel: string, limit: number) {
    super(`more than ${limit} notifications of channel ${JSON.stringify(channel)} wait to be consumed`)
    this.channel = channel
  }
}

/** What a schema objects to, in the terms of Standard Schema: a step of the path is a key, or an object that has one. */
export interface RowIssue {
  readonly message: string
  readonly path?: readonly unknown[] | undefined
}

/** A row does not fit the schema it was to be validated by. The message repeats the schema's own. */
export class RowValidationError extends ClientError {
  readonly code = "PGLINE_ROW_VALIDATION"
  /** What the schema objects to. */
  readonly issues: readonly RowIssue[]

  constructor(issues: readonly RowIssue[]) {
    super(`a row does not fit its schema: ${issues.map(tellIssue).join("; ")}`)
    this.issues = issues
  }
}

function tellIssue({ message, path }: RowIssue): string {
  if (path === undefined || path.length === 0) return message
  const keys = path.map((step) => String(typeof step === "object" && step !== null && "key" in step ? step.key : step))
  return `${keys.join(".")}: ${message}`
}

/** A result is larger than `maxRows` or `maxResultBytes` allow. The connection stays usable. */
export class ResultTooLargeError extends ClientError {
  readonly code = "PGLINE_RESULT_TOO_LARGE"
}

/** Where a value that doesn't fit stood. */
export interface EncodeErrorPlace {
  /** The parameter's number as in `$1`. */
  readonly parameter?: number
  /** The row's number, counted from 1, when the value was one of a COPY. */
  readonly row?: number | undefined
  /** The name of its column there. */
  readonly column?: string | undefined
  /** Where it stood in an array, counted from 0 as in JavaScript: `[1]`, `[0][2]`. */
  readonly element?: string | undefined
}

/** A value doesn't fit the PostgreSQL type it was given for. Nothing was sent. */
export class EncodeError extends ClientError {
  readonly code = "PGLINE_ENCODE"
  /** The PostgreSQL type that was to be encoded. */
  readonly type: string
  /** What would have fitted. */
  readonly expected: string
  /** What came: its kind, never its contents. */
  readonly received: string
  /** The parameter's number as in `$1`, when the value was one. */
  readonly parameter: number | undefined
  /** The number of the row that it stood in, counted from 1, when it was to be copied. */
  readonly row: number | undefined
  /** The name of the column it was for, when it was to be copied. */
  readonly column: string | undefined
  /** Where it stood in an array, counted from 0 as in JavaScript, when it was an element: `[1]`, `[0][2]`. */
  readonly element: string | undefined

  constructor(type: string, expected: string, received: string, place: EncodeErrorPlace & PglineErrorOptions = {}) {
    super(`${placeOf(type, place)}: expected ${expected}, got ${received}`, { safeToRetry: true, ...place })
    this.type = type
    this.expected = expected
    this.received = received
    this.parameter = place.parameter
    this.row = place.row
    this.column = place.column
    this.element = place.element
  }

  /** The same refusal, told with the number of the parameter. */
  at(parameter: number): EncodeError {
    return placed(this, { parameter, element: this.element })
  }

  /** The same refusal, told with its place in an array. */
  within(index: number): EncodeError {
    return placed(this, { element: `[${index}]${this.element ?? ""}` })
  }

  /** The same refusal, told with the row and the column of a COPY. */
  in(row: number, column: string): EncodeError {
    return placed(this, { row, column, element: this.element })
  }
}

function placed({ type, expected, received }: EncodeError, place: EncodeErrorPlace): EncodeError {
  return new EncodeError(type, expected, received, place)
}

function placeOf(type: string, { parameter, row, column, element }: EncodeErrorPlace): string {
  const what = element === undefined ? type : `${type}, element ${element}`
  if (row !== undefined) return `row ${row}, column ${JSON.stringify(column)} (${what})`
  return parameter === undefined ? what : `parameter $${parameter} (${what})`
}

/** The server sent bytes that are not a value of the type it announced. */
export class DecodeError extends ClientError {
  readonly code = "PGLINE_DECODE"
  /** The PostgreSQL type that was to be decoded. */
  readonly type: string
  /** What is wrong with the bytes. */
  readonly problem: string
  /** The column's name, when the value stood in a row. */
  readonly column: string | undefined

  constructor(type: string, problem: string, place: { readonly column?: string } & PglineErrorOptions = {}) {
    super(`${place.column === undefined ? type : `column "${place.column}" (${type})`}: ${problem}`, place)
    this.type = type
    this.problem = problem
    this.column = place.column
  }

  /** The same failure, told with the name of the column. */
  in(column: string): DecodeError {
    return inColumn(this, column)
  }
}

function inColumn(error: DecodeError, column: string): DecodeError {
  return new DecodeError(error.type, error.problem, { column, cause: error })
}

/** The catalogs could not be asked about types that a statement's parameters or results have. */
export class TypeLookupError extends ClientError {
  readonly code = "PGLINE_TYPE_LOOKUP"
  /** The types in question: their OIDs, or their names where they were asked for by name. */
  readonly types: readonly (number | string)[]

  constructor(types: readonly (number | string)[], cause: unknown) {
    const which = types.map((type) => (typeof type === "number" ? String(type) : JSON.stringify(type))).join(", ")
    const reason = cause instanceof Error ? `: ${cause.message}` : ""
    super(`the types ${which} could not be looked up in the catalogs${reason}`, { cause })
    this.types = types
  }
}

/** Names the kind of a value without telling its contents, for error messages. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a string of ${value.length} character${value.length === 1 ? "" : "s"}`
    case "number":
      if (Number.isNaN(value)) return "NaN"
      if (!Number.isFinite(value)) return "an infinite number"
      return Number.isInteger(value) ? "an integer number" : "a number with a fraction"
    case "object":
      if (value === null) return "null"
      if (Array.isArray(value)) return `an array of ${value.length}`
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date"
      return `an object (${value.constructor?.name ?? "no prototype"})`
    default:
      return typeof value === "undefined" ? "undefined" : `a ${typeof value}`
  }
}
