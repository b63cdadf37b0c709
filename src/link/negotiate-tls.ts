/**
 * Asks the server for TLS and takes the transport there, or learns that it has none. Happens before the first message,
 * so nothing here is a frame yet: the whole answer is one byte.
 *
 * Whatever came with that byte would be plain text that an attacker may have put there, so anything but exactly one
 * byte is refused (CVE-2021-23222). An error message at this point comes from nobody who has proved who he is: it is not
 * shown (CVE-2024-10977).
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */

import { ConnectionError, ProtocolError } from "../errors/client-error.ts"
import { Encoder } from "../protocol/encoder.ts"
import type { Transport } from "../transport/transport.ts"

const YES = 0x53 // S
const NO = 0x4e // N
const ERROR = 0x45 // E

/** Sends an SSLRequest; true when the server is ready for the handshake, false when it offers no TLS. */
export async function requestTls(transport: Transport): Promise<boolean> {
  const encoder = new Encoder()
  encoder.sslRequest()
  const answer = await firstBytes(transport, encoder.writer.take())
  if (answer.length === 1 && answer[0] === YES) return true
  if (answer.length === 1 && answer[0] === NO) return false
  if (answer[0] === YES || answer[0] === NO) {
    throw new ProtocolError("the server sent more than its answer to the request for TLS: somebody may be in between")
  }
  if (answer[0] === ERROR) throw new ConnectionError("the server answered the request for TLS with an error")
  throw new ProtocolError(
    "the server answered the request for TLS with something else: it does not speak PostgreSQL's protocol",
  )
}

function firstBytes(transport: Transport, request: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    transport.handler = {
      onData: (source, start, end) => resolve(source.copy(start, end)),
      onDrain: () => {},
      onClose: (error) =>
        reject(new ConnectionError("the server closed the connection on the request for TLS", { cause: error })),
    }
    transport.write(request)
  })
}
