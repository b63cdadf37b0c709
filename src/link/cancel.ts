/**
 * CancelRequest: told to the server on a transport of its own, to the same address, over TLS when the main one is, with
 * the same verification. The server does not answer, it closes; only then has the signal been given.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */

import { UsageError } from "../errors/client-error.ts"
import { Encoder } from "../protocol/encoder.ts"
import type { Transport } from "../transport/transport.ts"
import type { ServerState } from "./server-state.ts"

/** Opens a transport to where the main one leads, secured in the same way. */
export type CancelDial = (signal: AbortSignal) => Promise<Transport>

/** Sends a cancel request and resolves when the server has closed its connection. Rejects when it can't be reached. */
export async function sendCancel(dial: CancelDial, server: ServerState, signal: AbortSignal): Promise<void> {
  const { processId, secretKey } = server
  if (processId === undefined || secretKey === undefined) {
    throw new UsageError("the server has given no key to cancel with")
  }
  const transport = await dial(signal)
  if (signal.aborted) {
    transport.destroy()
    throw signal.reason
  }
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      transport.destroy()
      reject(signal.reason)
    }
    signal.addEventListener("abort", onAbort, { once: true })
    transport.handler = {
      onData: () => {},
      onDrain: () => {},
      onClose: () => {
        signal.removeEventListener("abort", onAbort)
        resolve()
      },
    }
    const encoder = new Encoder()
    encoder.cancelRequest(processId, secretKey)
    transport.write(encoder.writer.take())
  })
}
