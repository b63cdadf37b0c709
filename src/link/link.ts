/**
 * A link: one live socket that carries a FIFO of exchanges. It owns the transport and the decoder, has its traffic queue
 * the exchanges, gives each the replies that are its own, and dies once. It knows nothing of what an exchange does.
 *
 *     run() ──▶ traffic ──bytes──▶ transport ──bytes──▶ decoder ──frames──▶ the exchange in front
 *
 * When the link dies, every exchange that is left fails, and is told whether the server can have seen any of it.
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Stop } from "../base/stop.ts"
import { ConnectionClosedError, ConnectionError, ProtocolError, UsageError } from "../errors/client-error.ts"
import { createServerError } from "../errors/create-server-error.ts"
import type { Notice } from "../errors/server-error.ts"
import type { Exchange, Executor } from "../exchange/exchange.ts"
import { RestoreEncoding } from "../exchange/restore-encoding.ts"
import { Startup, type StartupRequest } from "../exchange/startup.ts"
import { readServerMessage } from "../protocol/backend.ts"
import { ERROR_RESPONSE } from "../protocol/codes.ts"
import { Decoder, SHORT_LIMIT } from "../protocol/decoder.ts"
import type { ConnectionSink, FrameSink } from "../protocol/frame-sink.ts"
import type { Transport, TransportHandler } from "../transport/transport.ts"
import { type AsyncListener, dispatchAsync, type Notification } from "./async-messages.ts"
import { CancelRequests } from "./cancel-requests.ts"
import { Cancelling, type CancellingHost } from "./cancelling.ts"
import { connectionLost, refusal } from "./loss.ts"
import {
  DEFAULT_CANCEL_TIMEOUT_MS,
  DEFAULT_STALL_TIMEOUT_MS,
  type LinkListener,
  type LinkOptions,
  type LinkPlace,
} from "./options.ts"
import { ServerState } from "./server-state.ts"
import { type StallHost, StallWatch } from "./stall.ts"
import { type LinkState, move } from "./state.ts"
import { Traffic, type TrafficHost } from "./traffic.ts"

const NOWHERE: LinkPlace = { "server.address": "", "server.port": 0 }
/** How long the peer may take to close after it was told goodbye. */
const GOODBYE_MS = 1000

/** One connection to a server, from its start-up to its end. */
export class Link
  implements Executor, TransportHandler, ConnectionSink, AsyncListener, CancellingHost, TrafficHost, StallHost
{
  readonly server: ServerState = new ServerState()
  /** Resolves when the transport is gone, however that came about. */
  readonly closed: Promise<void>
  readonly listener: LinkListener
  /** True behind a pooler that may give each request another server: one is answered before the next is sent. */
  isSerial = false
  readonly #transport: Transport
  readonly #decoder: Decoder
  readonly #traffic: Traffic
  readonly #cancelling: Cancelling
  readonly #stall: StallWatch | undefined
  #state: LinkState = "starting"
  #reason: Error | undefined
  #resolveClosed!: () => void
  #goodbye: ReturnType<typeof setTimeout> | undefined

  /** Takes an open transport over. */
  constructor(transport: Transport, options: LinkOptions = {}) {
    this.listener = options.listener ?? {}
    const { cancelTimeoutMs = DEFAULT_CANCEL_TIMEOUT_MS, place = NOWHERE } = options
    const dialCancel = options.dialCancel ?? (() => Promise.reject(new UsageError("this link cannot cancel")))
    const requests = new CancelRequests(dialCancel, this.server, place, cancelTimeoutMs)
    const { dialProbe, stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS } = options
    this.#stall = dialProbe && stallTimeoutMs > 0 ? new StallWatch(this, dialProbe, stallTimeoutMs) : undefined
    this.#transport = transport
    this.#decoder = new Decoder(this.#idle, this, SHORT_LIMIT)
    this.#traffic = new Traffic(transport, this)
    this.#cancelling = new Cancelling(this, this.#traffic, requests, cancelTimeoutMs)
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    transport.handler = this
  }

  get state(): LinkState {
    return this.#state
  }

  get transport(): Transport {
    return this.#transport
  }

  /** Why the link is closed, when nobody asked for it. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** True while the server owes an answer. */
  get isWaiting(): boolean {
    return this.#traffic.inFlight > 0
  }

  /** True when nothing is under way. */
  get isIdle(): boolean {
    return this.#traffic.isIdle
  }

  /** True when what is asked for next is sent at once: nothing is under way, and no cancel request either. */
  get isFree(): boolean {
    return this.#traffic.holder === undefined && this.isIdle
  }

  /** Starts the session. The link is destroyed when that fails. */
  async start(request: StartupRequest): Promise<void> {
    for (const [name, value] of Object.entries(request.parameters)) this.server.noteSetting(`${name}=${value}`)
    const startup = new Startup(request)
    this.server.database = request.parameters["database"] ?? ""
    this.#traffic.write(startup)
    try {
      const { processId, secretKey, protocolVersion } = await startup.promise
      this.#decoder.trust()
      this.server.processId = processId
      this.server.secretKey = secretKey
      this.server.protocolVersion = protocolVersion
    } catch (error) {
      this.destroy(error as Error)
      throw error
    }
  }

  // Executor

  /**
   * Runs an exchange. One that may be stopped is the last on the wire until it is answered: PostgreSQL cannot be told
   * which of several requests to cancel.
   * @param stop ends it before its time; disposed by the link
   */
  run(exchange: Exchange, stop?: Stop): void {
    if (this.#state !== "open") {
      stop?.dispose()
      exchange.fail(refusal(this.#state, this.#reason))
      return
    }
    if (stop !== undefined) {
      if (stop.isStopped) {
        exchange.fail(stop.reason)
        return
      }
      this.#cancelling.watch(exchange, stop)
    }
    this.#traffic.enqueue(exchange)
  }

  /** Asks the server to stop whatever runs; resolves when it has been told and nothing later can be hit. */
  cancel(): Promise<void> {
    return this.#cancelling.cancel()
  }

  // TrafficHost

  get refusal(): Error | undefined {
    return this.#state === "open" || this.#state === "closing" ? undefined : refusal(this.#state, this.#reason)
  }

  isLast(exchange: Exchange): boolean {
    return this.isSerial || this.#cancelling.isWatching(exchange)
  }

  onFront(exchange: Exchange): void {
    this.#decoder.sink = exchange
  }

  onUnwritten(exchange: Exchange): void {
    this.#cancelling.forget(exchange)
  }

  onFlushed(): void {
    this.#stall?.onWritten()
  }

  onPumped(): void {
    if (this.#state === "closing") this.#finishClosing()
  }

  abandon(reason: Error): void {
    this.#die(reason)
  }

  // Closing

  /**
   * Lets what is under way finish, then says goodbye. Resolves when the transport is gone.
   * @param timeoutMs after how long to destroy the link instead; without, what is under way has all the time it takes
   */
  async close(timeoutMs?: number): Promise<void> {
    if (this.#state === "starting") this.destroy()
    if (this.#state === "open") {
      this.#state = move(this.#state, "closing")
      this.#finishClosing()
    }
    if (timeoutMs !== undefined && this.#state === "closing") this.#destroyAfter(timeoutMs)
    await this.closed
  }

  /** Ends the link at once. What is under way fails with the reason. */
  destroy(reason?: Error): void {
    this.#die(reason ?? new ConnectionClosedError("the connection was destroyed"))
  }

  // TransportHandler

  onData(source: ByteSource, start: number, end: number): void {
    this.#stall?.onHeard()
    try {
      this.#decoder.push(source, start, end)
    } catch (error) {
      this.#die(error as Error)
    }
  }

  readTarget(): Uint8Array | undefined {
    return this.#decoder.readTarget
  }

  onRead(count: number): void {
    this.#stall?.onHeard()
    try {
      this.#decoder.onRead(count)
    } catch (error) {
      this.#die(error as Error)
    }
  }

  onDrain(): void {
    this.#traffic.front?.onDrain?.()
    this.#traffic.pump()
  }

  onClose(error: Error | undefined): void {
    clearTimeout(this.#goodbye)
    this.#die(error)
    this.#resolveClosed()
  }

  // ConnectionSink

  onReady(status: number): void {
    const exchange = this.#traffic.front
    if (exchange === undefined) throw new ProtocolError("the server is ready for a query that was never made")
    this.server.setStatus(status)
    const outcome = exchange.onReady(status)
    if (this.#state === "closed") return
    if (this.#state === "starting") this.#state = move(this.#state, "open")
    if (outcome === "more") return
    this.#traffic.shift()
    this.#decoder.sink = this.#traffic.front ?? this.#idle
    if (outcome === "again" && !this.#cancelling.isStopped(exchange)) this.#traffic.runAgain(exchange)
    else this.#cancelling.onAnswered(exchange)
    this.#cancelling.cancelFront()
    if (this.#state === "closing") this.#finishClosing()
  }

  onAsync(type: number, source: ByteSource, start: number, end: number): void {
    dispatchAsync(this, type, source, start, end)
  }

  // AsyncListener

  onNotice(notice: Notice): void {
    this.listener.onNotice?.(notice)
  }

  onNotification(notification: Notification): void {
    this.listener.onNotification?.(notification)
  }

  onParameter(name: string, value: string): void {
    this.server.parameters.set(name, value)
    this.listener.onParameter?.(name, value)
    if (name === "client_encoding" && value !== "UTF8" && this.refusal === undefined) this.#restoreEncoding(value)
  }

  /** What was written behind the change was read in another encoding than it was meant in. */
  #restoreEncoding(encoding: string): void {
    if (this.#traffic.inFlight <= 1) this.#traffic.rerun(new RestoreEncoding())
    else this.#die(new ProtocolError(`client_encoding was changed to ${encoding} in front of other requests`))
  }

  /** Gets replies when nobody waits for any: the only one that may come is the server's farewell. */
  readonly #idle: FrameSink = {
    onRow: () => {
      throw new ProtocolError("the server sent a row that nobody has asked for")
    },
    onFrame: (type, source, start, end) => {
      if (type !== ERROR_RESPONSE) {
        throw new ProtocolError(
          `the server sent a message of type "${String.fromCharCode(type)}" that nobody has asked for`,
        )
      }
      this.abandon(createServerError(readServerMessage(source, start, end)))
    },
  }

  #finishClosing(): void {
    // A cancel request on its way would reach whoever a pooler gives our server to next.
    if (!this.isFree) return
    this.#state = move(this.#state, "ending")
    this.#traffic.terminate()
    this.#transport.end()
    this.#destroyAfter(GOODBYE_MS)
  }

  #destroyAfter(timeoutMs: number): void {
    clearTimeout(this.#goodbye)
    this.#goodbye = setTimeout(() => this.destroy(), timeoutMs)
  }

  #die(reason: Error | undefined): void {
    if (this.#state === "closed") return
    const expected = this.#state === "ending"
    this.#state = move(this.#state, "closed")
    if (!expected) this.#reason = reason ?? new ConnectionError("the server closed the connection unexpectedly")
    this.#cancelling.dispose(() => refusal("closed", this.#reason))
    this.#stall?.dispose()
    this.#decoder.stop()
    this.#transport.destroy()
    this.#failAll()
  }

  #failAll(): void {
    const reason = this.#reason
    let first = true
    for (const { exchange, seen } of this.#traffic.close()) {
      // The one whose reply broke the protocol is told so itself.
      if (first && seen && reason instanceof ProtocolError) exchange.fail(reason)
      else exchange.fail(connectionLost(reason, !seen))
      first = false
    }
  }
}
