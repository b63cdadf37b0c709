/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS from the client's side: first message, final message, and the check of the
 * server's signature, which proves that the server knows the password too. One exchange per object, in that order.
 *
 * Everything from the server is read strictly: the attributes in their order, canonical base64, our nonce as a true
 * prefix of theirs, and an iteration count that is bounded before the first hash is made.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5802
 * @see https://www.rfc-editor.org/rfc/rfc7677
 */

import { hashBytes, hmacSha256, viewBytes } from "#platform"
import { decodeBase64, encodeBase64 } from "./base64.ts"
import { saslprep } from "./saslprep.ts"
import type { ScramKeyCache, ScramKeys } from "./scram-keys.ts"

type Bytes = Uint8Array<ArrayBuffer>

export const SCRAM_SHA_256 = "SCRAM-SHA-256"
export const SCRAM_SHA_256_PLUS = "SCRAM-SHA-256-PLUS"

/** What a client says about channel binding: used, possible but not offered by the server, or not possible. */
export type ScramBinding = { readonly kind: "used"; readonly data: Bytes } | { readonly kind: "unoffered" | "none" }

/** What proves the password: the password itself, or keys that were derived from it elsewhere. */
export interface ScramCredentials {
  readonly password: string | undefined
  readonly clientKey: Bytes | undefined
  readonly serverKey: Bytes | undefined
}

/** A message of the server's that is malformed or fails a check; the authenticator adds host and option. */
export class ScramFailure extends Error {}

const encoder = new TextEncoder()
const NONCE_BYTES = 18
const KEY_BYTES = 32

/** One SCRAM exchange. */
export class ScramClient {
  readonly #binding: ScramBinding
  readonly #nonce: string
  readonly #firstBare: string
  #serverKey: Bytes | undefined
  #authMessage: Bytes | undefined

  /** @param nonce given by tests only; otherwise random */
  constructor(binding: ScramBinding, nonce: string = randomNonce()) {
    this.#binding = binding
    this.#nonce = nonce
    // The server takes the user from the StartupMessage and ignores the one here.
    this.#firstBare = `n=,r=${nonce}`
  }

  /** True when the exchange is bound to the TLS connection. */
  get isBound(): boolean {
    return this.#binding.kind === "used"
  }

  /** The client-first-message. */
  first(): Bytes {
    return encoder.encode(this.#gs2Header() + this.#firstBare)
  }

  /** Answers the server-first-message with the client-final-message. */
  async final(
    serverFirst: Uint8Array,
    credentials: ScramCredentials,
    iterationLimit: number,
    cache: ScramKeyCache,
  ): Promise<Bytes> {
    const text = asciiText(serverFirst)
    refuseServerError(text)
    const parts = /^r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=([0-9]+)$/.exec(text)
    if (parts === null) throw new ScramFailure("the server's first SCRAM message is malformed")
    const [, nonce, saltText, iterationText] = parts
    if (!nonce!.startsWith(this.#nonce) || nonce!.length === this.#nonce.length) {
      throw new ScramFailure("the server's SCRAM nonce does not continue ours")
    }
    const salt = decodeBase64(saltText!)
    if (salt === undefined) throw new ScramFailure("the server's SCRAM salt is not valid base64")
    const iterations = Number(iterationText)
    if (iterations < 1) throw new ScramFailure("the server's SCRAM iteration count is not positive")
    if (iterations > iterationLimit) {
      throw new ScramFailure(
        `the server asks for ${iterationText!.slice(0, 12)} SCRAM iterations, more than scramIterationLimit (${iterationLimit})`,
      )
    }

    const withoutProof = `c=${encodeBase64(this.#bindingInput())},r=${nonce}`
    const authMessage = encoder.encode(`${this.#firstBare},${text},${withoutProof}`)
    const keys = await scramKeys(credentials, salt, iterations, cache)
    const proof = xor(keys.clientKey, hmacSha256(keys.storedKey, authMessage))
    this.#serverKey = keys.serverKey
    this.#authMessage = authMessage
    return encoder.encode(`${withoutProof},p=${encodeBase64(proof)}`)
  }

  /** Checks the server-final-message. @throws ScramFailure unless the server has proved that it knows the password. */
  async verify(serverFinal: Uint8Array): Promise<void> {
    const text = asciiText(serverFinal)
    refuseServerError(text)
    const signature = text.startsWith("v=") ? decodeBase64(text.slice(2)) : undefined
    if (signature?.length !== KEY_BYTES) throw new ScramFailure("the server's final SCRAM message is malformed")
    const expected = hmacSha256(this.#serverKey!, this.#authMessage!)
    if (!equalInConstantTime(signature, expected)) {
      throw new ScramFailure("the server's SCRAM signature is wrong: it does not know the password")
    }
  }

  #gs2Header(): string {
    switch (this.#binding.kind) {
      case "used":
        return "p=tls-server-end-point,,"
      case "unoffered":
        return "y,,"
      case "none":
        return "n,,"
    }
  }

  /** The header again, with the data that binds the exchange to this TLS connection. */
  #bindingInput(): Bytes {
    const header = encoder.encode(this.#gs2Header())
    if (this.#binding.kind !== "used") return header
    const input = new Uint8Array(header.length + this.#binding.data.length)
    input.set(header)
    input.set(this.#binding.data, header.length)
    return input
  }
}

/** Keys given from outside replace derived ones; with both of them nothing is derived at all. */
async function scramKeys(
  { password, clientKey, serverKey }: ScramCredentials,
  salt: Bytes,
  iterations: number,
  cache: ScramKeyCache,
): Promise<ScramKeys> {
  if (clientKey !== undefined && serverKey !== undefined) {
    return { clientKey, storedKey: hashBytes("sha256", clientKey), serverKey }
  }
  const derived = await cache.derive(saslprep(password ?? ""), salt, iterations)
  if (clientKey !== undefined)
    return { clientKey, storedKey: hashBytes("sha256", clientKey), serverKey: derived.serverKey }
  return serverKey === undefined ? derived : { ...derived, serverKey }
}

function randomNonce(): string {
  return encodeBase64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
}

/** The message as text; SCRAM as PostgreSQL speaks it is ASCII throughout. */
function asciiText(message: Uint8Array): string {
  if (message.some((byte) => byte < 0x20 || byte > 0x7e)) {
    throw new ScramFailure("the server's SCRAM message has bytes that are not printable")
  }
  return viewBytes(message).latin1Slice(0, message.length)
}

/** `e=…` is how a server says what went wrong inside SCRAM. */
function refuseServerError(text: string): void {
  if (!text.startsWith("e=")) return
  const [reason] = text.slice(2).split(",")
  throw new ScramFailure(`the server reports a SCRAM error: ${reason!.slice(0, 100)}`)
}

function xor(a: Bytes, b: Bytes): Bytes {
  return a.map((byte, i) => byte ^ b[i]!)
}

/** Takes the same time wherever the difference is. Both have the same length. */
function equalInConstantTime(a: Bytes, b: Bytes): boolean {
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
