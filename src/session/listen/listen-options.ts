/**
 * What `listen` may be told besides the channel and the listener.
 */

import { describeValue, UsageError } from "../../errors/client-error.ts"
import { checkBounds, checkNames, optionNames } from "../../query/check-options.ts"

/** A time during which nobody listened, because the connection was lost: notifications may have been missed. */
export interface NotificationGap {
  /** The channel's name. */
  readonly channel: string
  /** When the connection was last known to be well. */
  readonly since: Date
  /** Why it was lost. */
  readonly reason: unknown
}

/** Options of `listen`. */
export interface ListenOptions {
  /** Ends the subscription when it aborts, also before it has begun: `listen` or the iteration rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * How many notifications may wait to be iterated over; beyond, the subscription ends with NotificationOverflowError.
   * @defaultValue 10000
   */
  readonly bufferLimit?: number | undefined
  /**
   * Is told, before any later notification, that some may have been missed because the connection was lost. Only pools
   * listen again by themselves; on a connection the subscription ends instead.
   */
  readonly onGap?: ((gap: NotificationGap) => unknown) | undefined
}

const LISTEN_OPTIONS = optionNames<ListenOptions>({ signal: true, bufferLimit: true, onGap: true })

/** Refuses what cannot be listened with. @throws UsageError */
export function checkListening(listener: unknown, options: ListenOptions): void {
  if (listener !== undefined && typeof listener !== "function") refuse("the listener", "a function", listener)
  checkNames(options, LISTEN_OPTIONS)
  const { bufferLimit, onGap } = options
  if (bufferLimit !== undefined && !(Number.isSafeInteger(bufferLimit) && bufferLimit > 0)) {
    refuse("the option bufferLimit", "an integer of 1 or more", bufferLimit)
  }
  if (onGap !== undefined && typeof onGap !== "function") refuse("the option onGap", "a function", onGap)
  checkBounds(options.signal, undefined)
}

function refuse(what: string, expected: string, value: unknown): never {
  throw new UsageError(`${what} must be ${expected}, got ${describeValue(value)}`, { safeToRetry: true })
}
