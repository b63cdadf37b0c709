/**
 * Makes a call on a client or a pool and takes down everything that can be seen of it: what it returned or threw at once,
 * what its promise or callback told, and which events came, all in one order.
 */

import { setTimeout as after, setImmediate as nextTurn } from "node:timers/promises"
import { describeValue, kindOf } from "./describe-value.ts"
import type { Face } from "./face.ts"

/**
 * What was seen. Calls and what their promises told stand apart from events and callbacks: whether a promise's reaction
 * comes before the event behind it depends on how the server's bytes were cut, in either package.
 */
export class Log {
  readonly calls: unknown[] = []
  readonly events: unknown[] = []

  /** Takes down what was found. */
  push(...found: unknown[]): void {
    this.calls.push(...found)
  }
}

const CLIENT_EVENTS = ["connect", "drain", "notice", "notification", "error", "end"]
const POOL_EVENTS = ["connect", "acquire", "release", "remove", "error"]
const PATIENCE_MS = 1500

/** Takes down a client's events. */
export function logEvents(client: Face, log: Log): void {
  for (const event of CLIENT_EVENTS) {
    client.on(event, (value: unknown) => {
      const told = event === "notification" ? { ...(value as object), processId: 0 } : value
      log.events.push(value === undefined ? event : [event, describeValue(told)])
    })
  }
}

/** Takes down a pool's events, with how many clients there are. */
export function logPoolEvents(pool: Face, log: Log): void {
  for (const event of POOL_EVENTS) {
    pool.on(event, () => log.events.push([event, pool.totalCount, pool.idleCount, pool.waitingCount]))
  }
}

/** A callback that takes down what it was called with. */
export function logCallback(log: Log): (...values: unknown[]) => void {
  return (...values) => log.events.push(["called back", values.map((value) => describeValue(value))])
}

/** Makes one call and waits for what comes of it, and until the client, if it is told, can take another query. */
export async function observe(log: Log, call: () => unknown, client?: Face): Promise<void> {
  let returned: unknown
  try {
    returned = call()
  } catch (error) {
    log.push(["threw", describeValue(error)])
    return
  }
  log.push(["returned", kindOf(returned)])
  if (returned instanceof Promise) {
    const outcome = returned.then(
      (value) => ["resolved", describeValue(value)],
      (error) => ["rejected", describeValue(error)],
    )
    log.push(await orNothing(outcome))
  }
  if (client) await until(() => client.readyForQuery !== false || client._ended)
  await settle()
}

/** Waits for a condition, but not for ever. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 400 && !isSo(); round++) await after(2)
}

/** Lets what is under way come to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn()
}

/** A promise's value, or that there is none for long. */
export async function orNothing<T>(promise: Promise<T>): Promise<T | "nothing"> {
  const stop = new AbortController()
  try {
    return await Promise.race([promise, after(PATIENCE_MS, "nothing" as const, { signal: stop.signal })])
  } finally {
    stop.abort()
    // The timer that was stopped rejects, which nobody waits for.
    await nextTurn()
  }
}
