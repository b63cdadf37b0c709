/**
 * The failure of a row that is not what was described.
 */

import { ProtocolError } from "../errors/client-error.ts"

/** Ends the decoding of a row; after it the connection cannot be trusted any more. */
export function malformedRow(): never {
  throw new ProtocolError("the server sent a DataRow that does not match its description")
}
