/**
 * One query on a client of a pool, and the client's way back. It goes back at its ReadyForQuery when all that happened is
 * that the server refused the query or it took too long: such a connection is as good as before, unless the query has
 * left a transaction open.
 */

import type { Client } from "./client.ts"
import { ClientQueue } from "./client-queue.ts"
import { DatabaseError } from "./database-error.ts"
import type { QueryCallback, QueryConfig } from "./query-config.ts"
import type { Submittable } from "./submittable.ts"

/** A client that was lent. */
type LentClient = Client & { release(error?: Error | boolean | null): void }

/** Runs the query, calls back and gives the client back. */
export function settlePoolQuery(
  client: LentClient,
  log: (...messages: unknown[]) => void,
  config: string | QueryConfig | Submittable,
  values: readonly unknown[] | null | undefined,
  callback: QueryCallback,
): void {
  let isOver = false
  const tellError = callback as (error: Error) => void
  const onError = (error: Error): void => {
    if (isOver) return
    isOver = true
    client.release(error)
    tellError(error)
  }
  client.once("error", onError)
  log("dispatching query")
  try {
    client.query(config as QueryConfig, values, (error, result) => {
      log("query dispatched")
      client.removeListener("error", onError)
      if (isOver) return
      isOver = true
      if (!error) {
        client.release()
        callback(undefined, result)
        return
      }
      giveBack(client, error)
      tellError(error)
    })
  } catch (error) {
    isOver = true
    client.removeListener("error", onError)
    client.release(error as Error)
    tellError(error as Error)
  }
}

function giveBack(client: LentClient, error: Error): void {
  if (!isHarmless(error) || !(client instanceof ClientQueue) || !client._queryable || client._ending) {
    client.release(error)
    return
  }
  const { connection } = client
  const settle = (): void => {
    connection.off("readyForQuery", settle)
    connection.off("end", settle)
    client.release(client._queryable && client.getTransactionStatus() === "I" ? undefined : error)
  }
  connection.on("readyForQuery", settle)
  connection.on("end", settle)
}

/** What ends the session is told by the connection's end. */
function isHarmless(error: Error): boolean {
  return error instanceof DatabaseError || error.message === "Query read timeout"
}
