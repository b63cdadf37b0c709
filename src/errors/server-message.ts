/**
 * The fields that a message of the server can have, under PostgreSQL's own names.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */

/** The fields of an ErrorResponse or a NoticeResponse. */
export interface ServerMessageFields {
  /** ERROR, FATAL, PANIC; WARNING, NOTICE, DEBUG, INFO or LOG in a notice. Never translated (field V; S before 9.6). */
  readonly severity: string
  /** The severity in the server's language (field S). */
  readonly localizedSeverity?: string | undefined
  /** The SQLSTATE. */
  readonly code: string
  /** The primary message. */
  readonly message: string
  /** More about the problem, possibly several lines. It may show values of the row at fault. */
  readonly detail?: string | undefined
  /** A suggestion what to do. */
  readonly hint?: string | undefined
  /** Where in the statement, as a number of characters (not bytes, not UTF-16 units), from 1. */
  readonly position?: number | undefined
  /** The same for {@link internalQuery}. */
  readonly internalPosition?: number | undefined
  /** The statement that the server made itself and that failed, such as one inside a function. */
  readonly internalQuery?: string | undefined
  /** The call stack of the server's functions, one entry a line, the most recent first. */
  readonly where?: string | undefined
  /** The schema of the object at fault. */
  readonly schema?: string | undefined
  /** The table at fault. */
  readonly table?: string | undefined
  /** The column at fault. */
  readonly column?: string | undefined
  /** The data type at fault. */
  readonly dataType?: string | undefined
  /** The constraint, or the index of one, at fault. */
  readonly constraint?: string | undefined
  /** The file of the server's source that reported this. */
  readonly file?: string | undefined
  /** The line in {@link file}. */
  readonly line?: number | undefined
  /** The routine in {@link file}. */
  readonly routine?: string | undefined
}
