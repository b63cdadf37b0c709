/**
 * Publishes an operation's course to a tracing channel. Callers ask `isTraced` first, so that without subscribers
 * nothing is made, not even the context.
 */

import { PglineError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import type { Channel, TraceContext } from "./channels.ts"

/** Whether anybody listens. */
export function isTraced(channel: Channel): boolean {
  return channel.hasSubscribers ?? channel.start.hasSubscribers // Node before 20.13 has no sum of them
}

/**
 * Runs an operation and tells the channel: `start` and `end` around the call, then `asyncStart` and `asyncEnd` when it
 * has settled, with `error` before them when it has failed.
 * @param onResult may add to the context what the result tells
 */
export function trace<T>(
  channel: Channel,
  context: TraceContext,
  run: () => Promise<T>,
  onResult?: (context: TraceContext, result: T) => void,
): Promise<T> {
  let promise: Promise<T>
  try {
    promise = channel.start.runStores(context, run)
  } catch (error) {
    publishError(channel, context, error)
    channel.end.publish(context)
    throw error
  }
  channel.end.publish(context)
  const settle = (): void => {
    channel.asyncStart.publish(context)
    channel.asyncEnd.publish(context)
  }
  return promise.then(
    (result) => {
      onResult?.(context, result)
      settle()
      return result
    },
    (error: unknown) => {
      publishError(channel, context, error)
      settle()
      throw error
    },
  )
}

/** Runs something that ends with its call, and tells the channel: `start` and `end`. */
export function traceSync(channel: Channel, context: TraceContext, run: () => void): void {
  channel.start.runStores(context, run)
  channel.end.publish(context)
}

function publishError(channel: Channel, context: TraceContext, error: unknown): void {
  context.error = error
  context["error.type"] = error instanceof PglineError ? error.code : (error as Error)?.name
  if (error instanceof ServerError) context["db.response.status_code"] = error.code
  channel.error.publish(context)
}
