/**
 * A pool's clients on their way to those who wait for them: how long one waits, and how long a new client may take to
 * connect.
 */

import type { Client } from "./client.ts"

/** Gives a client back; with an error, or true, it is closed. It works once. */
export type Release = (error?: Error | boolean | null) => void

/** A client that was lent by a pool. */
export type PoolClient = Client & { release: Release; _poolUseCount?: number }

/** Gets a client and the way to give it back, or why there is none. */
export type PoolConnectCallback = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void

/** Somebody who waits for a client. */
export interface PendingItem {
  readonly callback: PoolConnectCallback
  timedOut?: boolean
}

/** For whoever has nothing to give back. */
export const nothing: Release = () => {}

/** One who waits, for so long at most if that is not 0. */
export function pendingItem(
  settle: PoolConnectCallback,
  timeoutMs: number | undefined,
  onTimeout: (item: PendingItem) => void,
): PendingItem {
  if (!timeoutMs) return { callback: settle }
  const item: PendingItem = {
    callback: (error, client, release) => {
      clearTimeout(timer)
      settle(error, client, release)
    },
  }
  const timer = setTimeout(() => {
    onTimeout(item)
    item.timedOut = true
    ;(settle as (error: Error) => void)(new Error("timeout exceeded when trying to connect"))
  }, timeoutMs)
  timer.unref?.()
  return item
}

/** Connects a new client, within so long if that is not 0. */
export function connectInTime(
  client: PoolClient,
  timeoutMs: number | undefined,
  log: (...messages: unknown[]) => void,
  done: (error: Error | undefined) => void,
): void {
  let isLate = false
  const timer = timeoutMs
    ? setTimeout(() => {
        log("ending client due to timeout")
        isLate = true
        if (client.connection) client.connection.stream.destroy()
        else client.end(nothing)
      }, timeoutMs)
    : undefined
  client.connect((error) => {
    clearTimeout(timer)
    if (!error) {
      done(undefined)
      return
    }
    log("client failed to connect", error)
    done(isLate ? new Error("Connection terminated due to connection timeout", { cause: error }) : error)
  })
}
