/**
 * Picks the class for an error of the server: the condition's, else its SQLSTATE class's, else {@link ServerError}.
 */

import { CONDITION_CLASSES } from "./conditions.generated.ts"
import { ServerError, type ServerMessageFields } from "./server-error.ts"

/** Makes the error for an ErrorResponse; `statement` is the text that was sent, without its parameters' values. */
export function createServerError(fields: ServerMessageFields, statement?: string): ServerError {
  const { code } = fields
  const ErrorClass = classFor(code) ?? classFor(`${code.slice(0, 2)}000`) ?? ServerError
  return new ErrorClass(fields, statement)
}

function classFor(code: string): (typeof CONDITION_CLASSES)[string] | undefined {
  return Object.hasOwn(CONDITION_CLASSES, code) ? CONDITION_CLASSES[code] : undefined
}
