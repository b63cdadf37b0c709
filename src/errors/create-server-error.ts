/**
 * Picks the class for an error of the server: the condition's, else its SQLSTATE class's, else {@link ServerError}.
 */

import { className } from "./condition.ts"
// The namespace that is shown to users, because a second one of the conditions alone would have to be made at each start.
import * as classes from "./errors.ts"
import { ServerError, type ServerMessageFields } from "./server-error.ts"

type ServerErrorClass = new (fields: ServerMessageFields, statement?: string) => ServerError

const classesByName: Readonly<Record<string, unknown>> = classes

/** Makes the error for an ErrorResponse; `statement` is the text that was sent, without its parameters' values. */
export function createServerError(fields: ServerMessageFields, statement?: string): ServerError {
  const name = className(fields.code)
  const found = name === undefined ? undefined : classesByName[name]
  const ErrorClass = isServerErrorClass(found) ? found : ServerError
  return new ErrorClass(fields, statement)
}

function isServerErrorClass(value: unknown): value is ServerErrorClass {
  return typeof value === "function" && value.prototype instanceof ServerError
}
