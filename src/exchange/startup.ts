/**
 * From a bare transport to a session: StartupMessage → authentication → parameters → ready. It is the first exchange on
 * every link and holds the line throughout.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */

import type { AuthReply, AuthResponder } from "../auth/authenticator.ts"
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
  PROTOCOL_3_0,
  PROTOCOL_3_2,
} from "../protocol/codes.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { unexpectedMessage } from "./replies.ts"

/** How far a start-up has come: what can be tried after a failure depends on that. */
export interface StartupProgress {
  /** The server has said something about us that is not an error: it understands the version we asked for. */
  isUnderstood: boolean
  /** The server says that we are authenticated. */
  isAccepted: boolean
}

/** What a session begins with. */
export interface StartupRequest {
  /** The protocol version to ask for, such as 0x00030002. */
  readonly version: number
  /** The oldest version to accept when the server does not speak that one. */
  readonly minVersion: number
  /** `user`, `database` and the session's settings. */
  readonly parameters: Readonly<Record<string, string>>
  readonly authenticator: AuthResponder
  /** Is kept up to date, for whoever has to judge a failure. */
  readonly progress?: StartupProgress
}

/** What the server said about the new session. */
export interface StartupResult {
  /** The backend's process id and the key for cancelling; none from some poolers. */
  readonly processId: number | undefined
  readonly secretKey: Uint8Array | undefined
  /** The version that is spoken. */
  readonly protocolVersion: number
}

/** The length of the cancel key before protocol 3.2. */
const SHORT_KEY_BYTES = 4

/** There was never a version 3.1. */
const PROTOCOL_3_1 = PROTOCOL_3_0 + 1

/** `accepted`: the server says that we are authenticated; whether it may say so is still being checked. */
type State = "authenticating" | "accepted" | "ready" | "failed"

/** Runs the start-up of a session. */
export class Startup implements Exchange {
  readonly promise: Promise<StartupResult>
  readonly #request: StartupRequest
  readonly #progress: StartupProgress
  #resolve!: (result: StartupResult) => void
  #reject!: (error: unknown) => void
  #line!: Line
  #state: State = "authenticating"
  #processId: number | undefined
  #secretKey: Uint8Array | undefined
  #version: number
  #authentication: Promise<void> = Promise.resolve()

  constructor(request: StartupRequest) {
    this.#request = request
    this.#progress = request.progress ?? { isUnderstood: false, isAccepted: false }
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
        if (this.#state !== "accepted") unexpectedMessage(type, "authentication")
        const { processId, secretKey } = readBackendKeyData(source, start, end)
        if (this.#version < PROTOCOL_3_2 && secretKey.length !== SHORT_KEY_BYTES) {
          throw new ProtocolError(`the server sent a key of ${secretKey.length} bytes, which protocol 3.0 cannot have`)
        }
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
    if (this.#state !== "accepted") throw new ProtocolError("the server is ready before it has authenticated us")
    this.#state = "ready"
    this.#authentication.then(() => {
      this.#resolve({ processId: this.#processId, secretKey: this.#secretKey, protocolVersion: this.#version })
    })
    return "done"
  }

  fail(error: unknown): void {
    this.#state = "failed"
    this.#reject(error)
  }

  /**
   * Checking takes time (PBKDF2, a signature), and the server does not wait for it: its last authentication messages
   * come in one packet with all that follows. So the answers are worked out one after the other behind the frames, and
   * the session is not handed over before the last one is done.
   */
  #onAuthentication(source: ByteSource, start: number, end: number): void {
    if (this.#state !== "authenticating") throw new ProtocolError("the server asked for authentication twice")
    const { authenticator } = this.#request
    const { code, data } = readAuthentication(source, start, end)
    this.#progress.isUnderstood = true
    if (code === AUTHENTICATION_OK) {
      this.#state = "accepted"
      this.#progress.isAccepted = true
    }
    this.#authentication = this.#authentication.then(async () => {
      if (this.#state === "failed") return
      try {
        if (code === AUTHENTICATION_OK) authenticator.complete()
        else this.#send(await authenticator.respond(code, data))
      } catch (error) {
        this.#abandon(error as Error)
      }
    })
  }

  #send(reply: AuthReply | undefined): void {
    if (reply === undefined || this.#state !== "authenticating") return
    const { encoder } = this.#line
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
    this.#line.send()
  }

  /** Comes at most once, before authentication, and only from a server that cannot do all that we asked for. */
  #onNegotiation(source: ByteSource, start: number, end: number): void {
    if (this.#progress.isUnderstood) throw new ProtocolError("the server negotiates the protocol's version too late")
    this.#progress.isUnderstood = true
    const { version: told, unknownOptions } = readNegotiateProtocolVersion(source, start, end)
    // Servers tell the whole version; some that imitate them tell the minor one alone.
    const version = told >= 0 && told <= 0xffff ? PROTOCOL_3_0 | told : told
    const { version: asked, minVersion } = this.#request
    if (version >= asked) throw new ProtocolError("the server negotiated down to a protocol version that is not lower")
    if (version < PROTOCOL_3_0 || version === PROTOCOL_3_1) {
      throw new ProtocolError(`the server negotiated down to protocol ${describeVersion(version)}, which there is not`)
    }
    if (unknownOptions.length > 0)
      throw new ProtocolError("the server refuses protocol options that were not asked for")
    if (version < minVersion) {
      const spoken = `the server speaks protocol ${describeVersion(version)} at most`
      const problem = `${spoken}, and min_protocol_version is ${describeVersion(minVersion)}`
      this.#abandon(new ConnectionError(problem, { transient: false }))
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
