/**
 * Whether a new session is of the kind that `target_session_attrs` asks for, judged by what servers report since
 * version 14.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */

import type { TargetSessionAttrs } from "../config/config.ts"

/** Compares the reported parameters with the wanted kind of session. */
export function isWanted(parameters: ReadonlyMap<string, string>, wanted: TargetSessionAttrs): boolean {
  const standby = parameters.get("in_hot_standby") === "on"
  const readOnly = standby || parameters.get("default_transaction_read_only") === "on"
  switch (wanted) {
    case "any":
    case "prefer-standby":
      return true
    case "read-write":
      return !readOnly
    case "read-only":
      return readOnly
    case "primary":
      return !standby
    case "standby":
      return standby
  }
}
