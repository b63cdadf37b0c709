/**
 * What may be a channel's name and a notification's payload: what the server would cut off or refuse is refused here.
 */

import { utf8Length } from "#platform"
import { describeValue, UsageError } from "../errors/client-error.ts"
import { checkText } from "../sql/quote.ts"

/** NAMEDATALEN - 1: longer names would be cut off by the server, and two channels become one. */
const MAX_CHANNEL_BYTES = 63
/** The server takes payloads below this. */
const MAX_PAYLOAD_BYTES = 7999

/** Refuses names that the server would cut off or misread. @throws UsageError */
export function checkChannel(channel: string): void {
  if (typeof channel !== "string" || channel === "") {
    throw new UsageError(`a channel's name must be a string that is not empty, got ${describeValue(channel)}`, {
      safeToRetry: true,
    })
  }
  checkText(channel, "a channel's name")
  const bytes = utf8Length(channel)
  if (bytes > MAX_CHANNEL_BYTES) {
    throw new UsageError(`a channel's name can have at most ${MAX_CHANNEL_BYTES} bytes, this one has ${bytes}`, {
      safeToRetry: true,
    })
  }
}

/** Refuses payloads that the server would refuse. @throws UsageError */
export function checkPayload(payload: string): void {
  if (typeof payload !== "string") {
    throw new UsageError(`a payload must be a string, got ${describeValue(payload)}`, { safeToRetry: true })
  }
  checkText(payload, "a payload")
  const bytes = utf8Length(payload)
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new UsageError(
      `a payload can have at most ${MAX_PAYLOAD_BYTES} bytes, this one has ${bytes}: send a key to it`,
      { safeToRetry: true },
    )
  }
}
