/**
 * Whether a new session is of the kind that `target_session_attrs` asks for. Servers since version 14 report what it
 * takes; others, and poolers that do not pass it on, are asked.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */

import type { TargetSessionAttrs } from "../config/config.ts"
import { ConnectionError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import { Show } from "../exchange/show.ts"
import type { Link } from "./link.ts"

const SHOW_READ_ONLY = "SHOW transaction_read_only"
const SELECT_STANDBY = "SELECT pg_catalog.pg_is_in_recovery()"

/**
 * Closes a link that is not of the wanted kind.
 * @throws ConnectionError saying what it is instead
 */
export async function requireSessionAttrs(link: Link, wanted: TargetSessionAttrs): Promise<void> {
  const difference = await differenceFrom(link, wanted)
  if (difference === undefined) return
  await link.close()
  throw new ConnectionError(`${difference}, and target_session_attrs asks for ${wanted}`)
}

/** What the session is, when that is not what is wanted. */
async function differenceFrom(link: Link, wanted: TargetSessionAttrs): Promise<string | undefined> {
  switch (wanted) {
    case "any":
    case "prefer-standby":
      return undefined
    case "read-write":
      return (await isReadOnly(link)) ? "the session is read-only" : undefined
    case "read-only":
      return (await isReadOnly(link)) ? undefined : "the session is not read-only"
    case "primary":
      return (await isStandby(link)) ? "the server is in hot standby mode" : undefined
    case "standby":
      return (await isStandby(link)) ? undefined : "the server is not in hot standby mode"
  }
}

async function isReadOnly(link: Link): Promise<boolean> {
  const { parameters } = link.server
  const standby = parameters.get("in_hot_standby")
  const readOnly = parameters.get("default_transaction_read_only")
  if (standby === undefined || readOnly === undefined) return (await show(link, SHOW_READ_ONLY)) === "on"
  return standby === "on" || readOnly === "on"
}

async function isStandby(link: Link): Promise<boolean> {
  const standby = link.server.parameters.get("in_hot_standby")
  return standby === undefined ? (await show(link, SELECT_STANDBY)) === "t" : standby === "on"
}

async function show(link: Link, statement: string): Promise<string> {
  const exchange = new Show(statement)
  link.run(exchange)
  try {
    return await exchange.promise
  } catch (error) {
    // A refusal says nothing about us, only that this server cannot be judged.
    if (!(error instanceof ServerError)) throw error
    throw new ConnectionError(`"${statement}" failed: ${error.message}`, { cause: error })
  }
}
