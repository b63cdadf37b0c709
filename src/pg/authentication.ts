/**
 * Answers the server's authentication requests by the rules and in the words of `pg`: the password is asked for when the
 * server wants it, `enableChannelBinding` turns SCRAM-SHA-256-PLUS on. The proofs themselves are made by `auth/`.
 *
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html
 */

import type { AuthReply, AuthResponder } from "../auth/authenticator.ts"
import { endPointBinding } from "../auth/channel-binding.ts"
import { md5Password } from "../auth/md5.ts"
import { SCRAM_SHA_256, SCRAM_SHA_256_PLUS, type ScramBinding, ScramClient, ScramFailure } from "../auth/scram.ts"
import { ScramKeyCache } from "../auth/scram-keys.ts"
import { Buffer } from "./node-runtime.ts"
import { checkServerFinal, checkServerFirst } from "./sasl-messages.ts"

const CLEARTEXT_PASSWORD = 3
const MD5_PASSWORD = 5
const SASL = 10
const SASL_CONTINUE = 11
const SASL_FINAL = 12

const NONCE_BYTES = 18

/** Keys derived from passwords, shared by all clients: bounded, and without the passwords themselves. */
const keys = new ScramKeyCache()

/** What the answers depend on. */
export interface PgAuthenticationOptions {
  readonly user: string
  /** Asked once, when the server wants a password. */
  readonly password: () => Promise<string | null>
  /** The stream whose certificate SCRAM is bound to; undefined to do without. */
  readonly boundStream: (() => unknown) | undefined
  /** The most SCRAM iterations to accept, 0 for any number. */
  readonly maxIterations: number
}

/** The answers of one session's start. */
export class PgAuthentication implements AuthResponder {
  readonly #options: PgAuthenticationOptions
  #password: string | null = null
  #nonce = ""
  #scram: ScramClient | undefined
  #isProved = true

  constructor(options: PgAuthenticationOptions) {
    this.#options = options
  }

  /** The next message to send. @throws Error in the words of `pg` */
  async respond(code: number, data: Uint8Array): Promise<AuthReply | undefined> {
    switch (code) {
      case CLEARTEXT_PASSWORD:
        return { kind: "password", text: (await this.#options.password()) ?? "" }
      case MD5_PASSWORD:
        return { kind: "password", text: md5Password(this.#options.user, String(await this.#options.password()), data) }
      case SASL:
        return await this.#begin(data)
      case SASL_CONTINUE:
        return { kind: "sasl", data: await this.#prove(Buffer.from(data).toString()) }
      case SASL_FINAL:
        await this.#verify(Buffer.from(data).toString())
        return undefined
      default:
        throw new Error(`Unknown authenticationOk message type ${code}`)
    }
  }

  /** The server says that we are who we say. It has to have shown that it knows the password first. */
  complete(): void {
    if (!this.#isProved) throw new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature is missing")
  }

  async #begin(data: Uint8Array): Promise<AuthReply> {
    this.#password = await this.#options.password()
    const offered = Buffer.from(data).toString().split("\0")
    const { boundStream } = this.#options
    const candidates = boundStream === undefined ? [SCRAM_SHA_256] : [SCRAM_SHA_256_PLUS, SCRAM_SHA_256]
    const mechanism = candidates.find((candidate) => offered.includes(candidate))
    if (mechanism === undefined) throw new Error(`SASL: Only mechanism(s) ${candidates.join(" and ")} are supported`)
    this.#nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString("base64")
    this.#scram = new ScramClient(bindingFor(mechanism, boundStream), this.#nonce)
    this.#isProved = false
    return { kind: "sasl-initial", mechanism, data: this.#scram.first() }
  }

  async #prove(serverFirst: string): Promise<Uint8Array<ArrayBuffer>> {
    const password = this.#password
    if (typeof password !== "string") {
      throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string")
    }
    if (password === "") {
      throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string")
    }
    if (this.#scram === undefined) throw new Error("SASL: Last message was not SASLInitialResponse")
    const { maxIterations } = this.#options
    checkServerFirst(serverFirst, this.#nonce, maxIterations)
    const credentials = { password, clientKey: undefined, serverKey: undefined }
    return await this.#scram.final(
      Buffer.from(serverFirst),
      credentials,
      maxIterations || Number.POSITIVE_INFINITY,
      keys,
    )
  }

  async #verify(serverFinal: string): Promise<void> {
    if (this.#scram === undefined) throw new Error("SASL: Last message was not SASLResponse")
    checkServerFinal(serverFinal)
    try {
      await this.#scram.verify(Buffer.from(serverFinal))
    } catch (error) {
      if (!(error instanceof ScramFailure)) throw error
      throw new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match", { cause: error })
    }
    this.#isProved = true
  }
}

function bindingFor(mechanism: string, boundStream: (() => unknown) | undefined): ScramBinding {
  if (boundStream === undefined) return { kind: "none" }
  const stream = boundStream() as { getPeerCertificate?: () => { raw?: Uint8Array } }
  if (mechanism === SCRAM_SHA_256) return { kind: stream.getPeerCertificate === undefined ? "none" : "unoffered" }
  const certificate = stream.getPeerCertificate?.().raw
  const data = certificate === undefined ? undefined : endPointBinding(certificate).data
  if (data === undefined) throw new Error("SASL: Mechanism SCRAM-SHA-256-PLUS requires a certificate")
  return { kind: "used", data }
}
