/**
 * From a bare transport to a session: StartupMessage → authentication → parameters → ready. It is the first exchange on
 * every link and holds the line throughout.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */

import type { Authenticator, AuthReply } from "../auth/authenticator.ts"
import type { ByteSource } from "../base/byte-source.ts"
import { ConnectionError, ProtocolError } from "../errors/client-error.ts"
import { createServerError } from "../errors/create-server-error.ts"
import {
  readAuthentication,
  readBackendKeyData,
  readNegotiateProtocolVersion,
  readServerMessage,
} from "../protocol/backend.ts"
import {
  AUTHENTICATION,
  AUTHENTICATION_OK,
  BACKEND_KEY_DATA,
  ERROR_RESPONSE,
  NEGOTIATE_PROTOCOL_VERSION,
} from "../protocol/codes.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { unexpectedMessage } from "./replies.ts"

/** What a session begins with. */
export interface StartupRequest {
  /** The protocol version to ask for, such as 0x00030002. */
  readonly version: number
  /** The oldest version to accept when the server does not speak that one. */
  readonly minVersion: number
  /** `user`, `database` and the session's settings. */
  readonly parameters: Readonly<Record<string, string>>
  readonly authenticator: Authenticator
}

/** What the server said about the new session. */
export interface StartupResult {
  /** The backend's process id and the key for cancelling; none from some poolers. */
  readonly processId: number | undefined
  readonly secretKey: Uint8Array | undefined
  /** The version that is spoken. */
  readonly protocolVersion: number
}

type State = "authenticating" | "authenticated" | "ready" | "failed"

/** Runs the start-up of a session. */
export class Startup implements Exchange {
  readonly promise: Promise<StartupResult>
  readonly #request: StartupRequest
  #resolve!: (result: StartupResult) => void
  #reject!: (error: unknown) => void
  #line!: Line
  #state: State = "authenticating"
  #processId: number | undefined
  #secretKey: Uint8Array | undefined
  #version: number

  constructor(request: StartupRequest) {
    this.#request = request
    this.#version = request.version
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#line = line
    line.encoder.startup(this.#request.version, this.#request.parameters)
    line.hold()
  }

  onRow(): void {
    throw new ProtocolError("the server sent a row during start-up")
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (this.#state === "failed") return
    switch (type) {
      case AUTHENTICATION:
        this.#onAuthentication(source, start, end)
        break
      case BACKEND_KEY_DATA: {
        if (this.#state !== "authenticated") unexpectedMessage(type, "authentication")
        const { processId, secretKey } = readBackendKeyData(source, start, end)
        this.#processId = processId
        this.#secretKey = secretKey
        break
      }
      case NEGOTIATE_PROTOCOL_VERSION:
        this.#onNegotiation(source, start, end)
        break
      case ERROR_RESPONSE:
        this.#abandon(createServerError(readServerMessage(source, start, end)))
        break
      default:
        unexpectedMessage(type, "start-up")
    }
  }

  onReady(): Outcome {
    if (this.#state !== "authenticated") throw new ProtocolError("the server is ready before it has authenticated us")
    this.#state = "ready"
    this.#line.release(this)
    this.#resolve({ processId: this.#processId, secretKey: this.#secretKey, protocolVersion: this.#version })
    return "done"
  }

  fail(error: Error): void {
    this.#state = "failed"
    this.#reject(error)
  }

  #onAuthentication(source: ByteSource, start: number, end: number): void {
    if (this.#state !== "authenticating") throw new ProtocolError("the server asked for authentication twice")
    const { authenticator } = this.#request
    const { code, data } = readAuthentication(source, start, end)
    if (code === AUTHENTICATION_OK) {
      try {
        authenticator.complete()
        this.#state = "authenticated"
      } catch (error) {
        this.#abandon(error as Error)
      }
      return
    }
    authenticator.respond(code, data).then(
      (reply) => {
        if (reply !== undefined && this.#state === "authenticating") this.#send(reply)
      },
      (error: Error) => this.#abandon(error),
    )
  }

  #send(reply: AuthReply): void {
    const { encoder } = this.#line
    try {
      switch (reply.kind) {
        case "password":
          encoder.password(reply.text)
          break
        case "sasl-initial":
          encoder.saslInitialResponse(reply.mechanism, reply.data)
          break
        case "sasl":
          encoder.saslResponse(reply.data)
          break
      }
    } catch (error) {
      this.#abandon(error as Error)
      return
    }
    this.#line.send()
  }

  #onNegotiation(source: ByteSource, start: number, end: number): void {
    const { version } = readNegotiateProtocolVersion(source, start, end)
    const { version: asked, minVersion } = this.#request
    if (version >= asked) throw new ProtocolError("the server negotiated down to a protocol version that is not lower")
    if (version < minVersion) {
      this.#abandon(
        new ConnectionError(
          `the server speaks protocol ${describeVersion(version)}, min_protocol_version asks for ${describeVersion(minVersion)}`,
        ),
      )
      return
    }
    this.#version = version
  }

  #abandon(error: Error): void {
    if (this.#state === "failed") return
    this.fail(error)
    this.#line.abandon(error)
  }
}

function describeVersion(version: number): string {
  return `${version >>> 16}.${version & 0xffff}`
}
