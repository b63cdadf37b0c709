/**
 * The server's half of SCRAM-SHA-256, for tests: written from RFC 5802 with node:crypto, so that it shares no code with
 * the half that is tested.
 */

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"

/** What a test may bend. */
export interface ScramServerOptions {
  readonly password: string
  readonly salt?: Buffer
  readonly iterations?: number
  readonly nonce?: string
}

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest()
const hmac = (key: Buffer, data: string) => createHmac("sha256", key).update(data).digest()

/** One exchange of a server that knows the password. */
export class ScramServer {
  readonly #salted: Buffer
  readonly #salt: Buffer
  readonly #iterations: number
  readonly #nonce: string
  #firstBare = ""
  #first = ""
  /** The client's GS2 header, as `n,,`. */
  gs2Header = ""
  /** The bytes of the client's channel binding after the header. */
  bindingData: Buffer = Buffer.alloc(0)

  constructor({ password, salt = randomBytes(16), iterations = 4096, nonce }: ScramServerOptions) {
    this.#salt = salt
    this.#iterations = iterations
    this.#nonce = nonce ?? randomBytes(18).toString("base64")
    this.#salted = pbkdf2Sync(password, salt, iterations, 32, "sha256")
  }

  get clientKey(): Buffer {
    return hmac(this.#salted, "Client Key")
  }

  get serverKey(): Buffer {
    return hmac(this.#salted, "Server Key")
  }

  /** Takes the client-first-message and gives the server-first-message. */
  first(message: Uint8Array): Buffer {
    const match = /^([nyp][^,]*,[^,]*,)(n=[^,]*,r=([^,]+))$/.exec(Buffer.from(message).toString())
    if (match === null) throw new Error("malformed client-first-message")
    this.gs2Header = match[1]!
    this.#firstBare = match[2]!
    this.#first = `r=${match[3]}${this.#nonce},s=${this.#salt.toString("base64")},i=${this.#iterations}`
    return Buffer.from(this.#first)
  }

  /** Takes the client-final-message and gives the server-final-message; throws when the proof is wrong. */
  final(message: Uint8Array): Buffer {
    const match = /^(c=([^,]+),r=([^,]+)),p=([^,]+)$/.exec(Buffer.from(message).toString())
    if (match === null) throw new Error("malformed client-final-message")
    const input = Buffer.from(match[2]!, "base64")
    if (!input.subarray(0, this.gs2Header.length).equals(Buffer.from(this.gs2Header)))
      throw new Error("GS2 header differs")
    this.bindingData = input.subarray(this.gs2Header.length)
    const authMessage = `${this.#firstBare},${this.#first},${match[1]}`
    const signature = hmac(sha256(this.clientKey), authMessage)
    const clientKey = Buffer.from(match[4]!, "base64").map((byte, i) => byte ^ signature[i]!)
    if (!this.clientKey.equals(clientKey)) throw new Error("wrong proof")
    return Buffer.from(`v=${hmac(this.serverKey, authMessage).toString("base64")}`)
  }
}
