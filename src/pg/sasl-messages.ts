/**
 * What `pg` has to say about the server's SCRAM messages. Each is looked at here before the proof is made of it, so that
 * a malformed one is refused in the words that programs know.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5802#section-5.1
 */

const FIRST = "SASL: SCRAM-SERVER-FIRST-MESSAGE:"
const FINAL = "SASL: SCRAM-SERVER-FINAL-MESSAGE:"
const PRINTABLE = /^[!-+\--~]*$/
const BASE64 = /^(?:[a-zA-Z0-9+/]{4})*(?:[a-zA-Z0-9+/]{2}==|[a-zA-Z0-9+/]{3}=)?$/

/** @throws Error for a server-first-message that cannot be answered */
export function checkServerFirst(message: string, clientNonce: string, maxIterations: number): void {
  const attributes = readAttributes(message)
  const nonce = attributes.get("r")
  if (!nonce) throw new Error(`${FIRST} nonce missing`)
  if (!PRINTABLE.test(nonce)) throw new Error(`${FIRST} nonce must only contain printable characters`)
  const salt = attributes.get("s")
  if (!salt) throw new Error(`${FIRST} salt missing`)
  if (!BASE64.test(salt)) throw new Error(`${FIRST} salt must be base64`)
  const iterations = attributes.get("i")
  if (!iterations) throw new Error(`${FIRST} iteration missing`)
  if (!/^[1-9][0-9]*$/.test(iterations)) throw new Error(`${FIRST} invalid iteration count`)
  if (!nonce.startsWith(clientNonce)) throw new Error(`${FIRST} server nonce does not start with client nonce`)
  if (nonce.length === clientNonce.length) throw new Error(`${FIRST} server nonce is too short`)
  if (maxIterations !== 0 && Number(iterations) > maxIterations) {
    throw new Error(`${FIRST} iteration count ${iterations} exceeds scramMaxIterations of ${maxIterations}`)
  }
}

/** @throws Error for a server-final-message that is no signature */
export function checkServerFinal(message: string): void {
  const attributes = readAttributes(message)
  const error = attributes.get("e")
  if (error) throw new Error(`${FINAL} server returned error: "${error}"`)
  const signature = attributes.get("v")
  if (!signature) throw new Error(`${FINAL} server signature is missing`)
  if (!BASE64.test(signature)) throw new Error(`${FINAL} server signature must be base64`)
}

function readAttributes(message: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const pair of message.split(",")) {
    if (pair[1] !== "=") throw new Error("SASL: Invalid attribute pair entry")
    attributes.set(pair[0]!, pair.slice(2))
  }
  return attributes
}
