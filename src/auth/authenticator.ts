/**
 * Answers the server's authentication requests, as a state machine without a socket: bytes of AuthenticationXXX in, the
 * reply out. It decides whether the method is one that require_auth and channel_binding permit before any secret is
 * touched, and refuses AuthenticationOk until everything the options demand has happened.
 *
 *     start ──cleartext, md5──────────────────────────────▶ answered ──ok──▶ done
 *       ├──sasl──▶ scram-first ──continue──▶ scram-final ──final──▶ answered
 *       └──sasl──▶ oauth ──(continue: refused)──▶ failed      oauth ──ok──▶ done
 *
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html
 */

import type { AuthMethod, ChannelBinding, OAuthConfig, RequireAuth } from "../config/config.ts"
import { AuthenticationError, ProtocolError } from "../errors/client-error.ts"
import { askFunction } from "./callers-function.ts"
import { md5Password } from "./md5.ts"
import { OAUTHBEARER, oauthInitialResponse, oauthRefusal } from "./oauth.ts"
import { chooseMechanism, type SaslChoice } from "./sasl-mechanism.ts"
import { ScramClient, ScramFailure } from "./scram.ts"
import { ScramKeyCache } from "./scram-keys.ts"

const OK = 0
const CLEARTEXT_PASSWORD = 3
const MD5_PASSWORD = 5
const GSS = 7
const GSS_CONTINUE = 8
const SSPI = 9
const SASL = 10
const SASL_CONTINUE = 11
const SASL_FINAL = 12

const MD5_SALT_BYTES = 4
const encoder = new TextEncoder()

/** What to send: a PasswordMessage, a SASLInitialResponse or a SASLResponse. */
export type AuthReply =
  | { readonly kind: "password"; readonly text: string }
  | { readonly kind: "sasl-initial"; readonly mechanism: string; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly kind: "sasl"; readonly data: Uint8Array<ArrayBuffer> }

/**
 * Whether the server asked for a client certificate in the TLS handshake and got one. On Node it has asked when the
 * socket's `getSharedSigalgs()` is not empty: a client learns those from the CertificateRequest alone.
 */
export type ClientCertificateUse = "not-requested" | "not-sent" | "sent"

/** Everything the answers depend on. */
export interface AuthenticatorOptions {
  readonly user: string
  /** Asked at most once, and only when the server wants a password that the options permit to give. */
  readonly password: () => Promise<string | undefined>
  readonly requireAuth: RequireAuth | undefined
  readonly channelBinding: ChannelBinding
  readonly sslInUse: boolean
  /** The server's certificate in DER, when TLS is in use. */
  readonly serverCertificate?: Uint8Array | undefined
  /** With sslcertmode=require: what became of the client's certificate. Absent, it is not checked. */
  readonly requiredClientCertificate?: ClientCertificateUse | undefined
  /** Why a password or a token must not be sent as it is, when it must not. */
  readonly cleartextObstacle?: ((method: "password" | "oauth") => string | undefined) | undefined
  readonly scramIterationLimit: number
  readonly scramClientKey?: (() => Uint8Array<ArrayBuffer>) | undefined
  readonly scramServerKey?: (() => Uint8Array<ArrayBuffer>) | undefined
  readonly oauth?: OAuthConfig | undefined
  /** The server's name for messages. */
  readonly hostLabel: string
  /** Shared by the connections of a pool. */
  readonly scramKeyCache?: ScramKeyCache | undefined
  /** Why there may be no password, as when the password file could not be used. */
  readonly passwordHint?: string | undefined
}

type State = "start" | "busy" | "scram-first" | "scram-final" | "oauth" | "answered" | "done" | "failed"

/** The requests that are legal in each state. AuthenticationOk is judged by `complete`. */
const LEGAL: Readonly<Record<State, readonly number[]>> = {
  start: [OK, CLEARTEXT_PASSWORD, MD5_PASSWORD, GSS, GSS_CONTINUE, SSPI, SASL],
  busy: [],
  "scram-first": [OK, SASL_CONTINUE],
  "scram-final": [OK, SASL_FINAL],
  oauth: [OK, SASL_CONTINUE],
  answered: [OK],
  done: [],
  failed: [],
}

/** What answers the server's authentication requests while a session starts. */
export interface AuthResponder {
  /** The reply to one request, undefined when there is nothing to send. */
  respond(code: number, data: Uint8Array): Promise<AuthReply | undefined>
  /** To be called at AuthenticationOk. @throws Error when the server has not done what it had to */
  complete(): void
}

/** One authentication exchange, from the first request of the server to AuthenticationOk. */
export class Authenticator implements AuthResponder {
  readonly #options: AuthenticatorOptions
  readonly #cache: ScramKeyCache
  #state: State = "start"
  #scram: ScramClient | undefined
  #password: string | undefined
  #channelBound = false

  constructor(options: AuthenticatorOptions) {
    this.#options = options
    this.#cache = options.scramKeyCache ?? new ScramKeyCache()
  }

  /** The method that was used, once AuthenticationOk has come: what the server asked for, not what it might have. */
  get method(): AuthMethod | undefined {
    return this.#state === "done" ? this.#method : undefined
  }

  #method: AuthMethod = "none"

  /**
   * Answers one request; undefined when there is nothing to send.
   *
   * @param code the kind of AuthenticationXXX
   * @param data the rest of the message
   * @throws AuthenticationError when the options forbid the request or a check fails; ProtocolError when it is malformed
   * or out of order.
   */
  async respond(code: number, data: Uint8Array): Promise<AuthReply | undefined> {
    const state = this.#state
    this.#state = "failed"
    this.#checkOrder(state, code)
    if (code === OK) {
      this.#state = state
      this.complete()
      return undefined
    }
    this.#checkPermitted(code)
    this.#state = "busy"
    try {
      const [next, reply] = await this.#answer(state, code, data)
      this.#state = next
      return reply
    } catch (error) {
      this.#state = "failed"
      if (error instanceof ScramFailure) throw this.#error(error.message)
      throw error
    }
  }

  /** To be called at AuthenticationOk. @throws AuthenticationError when the server has not done what it had to. */
  complete(): void {
    const state = this.#state
    this.#state = "failed"
    this.#checkOrder(state, OK)
    const { requireAuth, channelBinding, requiredClientCertificate } = this.#options
    if (requiredClientCertificate === "not-requested") {
      throw this.#error("the server did not ask for a client certificate, and sslcertmode is require")
    }
    if (requiredClientCertificate === "not-sent") {
      throw this.#error("the server accepted the connection without a client certificate, and sslcertmode is require")
    }
    if (state === "scram-first" || state === "scram-final") {
      throw this.#error("the server ended SCRAM authentication before it proved that it knows the password")
    }
    if (state === "start" && requireAuth !== undefined && !requireAuth.methods.has("none")) {
      throw this.#requirement("the server did not ask for any authentication")
    }
    if (channelBinding === "require" && !this.#channelBound) {
      throw this.#error("channel_binding is require, but the server authenticated without channel binding")
    }
    this.#state = "done"
  }

  async #answer(state: State, code: number, data: Uint8Array): Promise<[State, AuthReply | undefined]> {
    switch (code) {
      case CLEARTEXT_PASSWORD: {
        this.#method = "password"
        return ["answered", { kind: "password", text: await this.#askPassword() }]
      }
      case MD5_PASSWORD: {
        this.#method = "md5"
        if (data.length !== MD5_SALT_BYTES) throw this.#malformed("AuthenticationMD5Password")
        const text = md5Password(this.#options.user, await this.#askPassword(), data.slice())
        return ["answered", { kind: "password", text }]
      }
      case SASL:
        return await this.#beginSasl(data)
      case SASL_CONTINUE: {
        if (state === "oauth") throw this.#error(oauthRefusal(data))
        const final = await this.#scram!.final(
          data,
          {
            password: this.#password,
            clientKey: this.#options.scramClientKey?.(),
            serverKey: this.#options.scramServerKey?.(),
          },
          this.#options.scramIterationLimit,
          this.#cache,
        )
        this.#password = undefined
        return ["scram-final", { kind: "sasl", data: final }]
      }
      default: // SASL_FINAL, the only request left that is legal
        await this.#scram!.verify(data)
        this.#channelBound = this.#scram!.isBound
        return ["answered", undefined]
    }
  }

  async #beginSasl(data: Uint8Array): Promise<[State, AuthReply]> {
    const choice = this.#chooseMechanism(data)
    const { mechanism } = choice
    if (mechanism === OAUTHBEARER) {
      this.#method = "oauth"
      this.#checkCleartext("oauth", "OAUTHBEARER authentication")
      const { oauth, user, hostLabel } = this.#options
      const initial = await oauthInitialResponse(oauth, user, hostLabel)
      return ["oauth", { kind: "sasl-initial", mechanism, data: encoder.encode(initial) }]
    }
    this.#method = "scram-sha-256"
    const { scramClientKey, scramServerKey } = this.#options
    // With both keys at hand the password is never needed.
    if (!scramClientKey || !scramServerKey) this.#password = await this.#askPassword()
    this.#scram = new ScramClient(choice.binding)
    return ["scram-first", { kind: "sasl-initial", mechanism, data: this.#scram.first() }]
  }

  #chooseMechanism(data: Uint8Array): SaslChoice {
    const choice = chooseMechanism(data, this.#options)
    if (choice.problem !== undefined) throw this.#error(choice.problem)
    const { requireAuth } = this.#options
    const method = choice.mechanism === OAUTHBEARER ? "oauth" : "scram-sha-256"
    if (requireAuth !== undefined && !requireAuth.methods.has(method)) {
      throw this.#requirement(`the server requested ${choice.mechanism} authentication`)
    }
    return choice
  }

  async #askPassword(): Promise<string> {
    const password = await askFunction("the password function", this.#options.password)
    if (password === undefined || password === "") {
      const hint = this.#options.passwordHint
      throw this.#error(`the server wants a password and none was given${hint === undefined ? "" : ` (${hint})`}`)
    }
    if (typeof password !== "string") throw this.#error("the password function did not return a string")
    if (password.includes("\0")) throw this.#error("the password must not contain a zero byte")
    return password
  }

  #checkOrder(state: State, code: number): void {
    if (LEGAL[state].includes(code)) return
    throw new ProtocolError(
      `${this.#options.hostLabel}: authentication request ${code} is out of order (state ${state})`,
    )
  }

  /** Judges a request by its code alone, before it is read and before any secret is asked for. */
  #checkPermitted(code: number): void {
    const { requireAuth, channelBinding } = this.#options
    const method = METHODS.get(code)
    if (requireAuth !== undefined && method !== undefined && !requireAuth.methods.has(method)) {
      throw this.#requirement(`the server requested ${DESCRIPTIONS[method]}`)
    }
    if (channelBinding === "require" && code !== SASL && code !== SASL_CONTINUE && code !== SASL_FINAL) {
      throw this.#error("channel_binding is require, but the server asks for a method that cannot do it")
    }
    if (code === CLEARTEXT_PASSWORD) this.#checkCleartext("password", DESCRIPTIONS.password)
    if (code === GSS || code === GSS_CONTINUE || code === SSPI) {
      throw this.#error(`the server requested ${DESCRIPTIONS[METHODS.get(code)!]}, which is not supported`)
    }
  }

  #checkCleartext(method: "password" | "oauth", description: string): void {
    const obstacle = this.#options.cleartextObstacle?.(method)
    if (obstacle !== undefined) throw this.#error(`the server requested ${description}: ${obstacle}`)
  }

  #requirement(reason: string): AuthenticationError {
    return this.#error(`require_auth=${this.#options.requireAuth!.text} is not met: ${reason}`)
  }

  #malformed(message: string): ProtocolError {
    return new ProtocolError(`${this.#options.hostLabel}: malformed ${message}`)
  }

  #error(reason: string): AuthenticationError {
    return new AuthenticationError(`authentication at ${this.#options.hostLabel} failed: ${reason}`)
  }
}

type RequestedMethod = "password" | "md5" | "gss" | "sspi"

const METHODS: ReadonlyMap<number, RequestedMethod> = new Map([
  [CLEARTEXT_PASSWORD, "password"],
  [MD5_PASSWORD, "md5"],
  [GSS, "gss"],
  [GSS_CONTINUE, "gss"],
  [SSPI, "sspi"],
])

const DESCRIPTIONS: Readonly<Record<RequestedMethod, string>> = {
  password: "a cleartext password",
  md5: "an MD5-hashed password",
  gss: "GSSAPI authentication",
  sspi: "SSPI authentication",
}
