/**
 * Picks the class for an error of the server: the condition's, else its SQLSTATE class's, else {@link ServerError}.
 */

import { className } from "./condition.ts"
import * as conditions from "./conditions.generated.ts"
import { ServerError, type ServerMessageFields } from "./server-error.ts"

type ServerErrorClass = new (fields: ServerMessageFields, statement?: string) => ServerError

const classes: Readonly<Record<string, ServerErrorClass>> = conditions

/** Makes the error for an ErrorResponse; `statement` is the text that was sent, without its parameters' values. */
export function createServerError(fields: ServerMessageFields, statement?: string): ServerError {
  const name = className(fields.code)
  const ErrorClass = name === undefined ? ServerError : (classes[name] ?? ServerError)
  return new ErrorClass(fields, statement)
}
