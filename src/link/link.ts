/**
 * A link: one live socket that carries a FIFO of exchanges. It owns the transport, the decoder, the outbox and the
 * queues; it runs exchanges and dies once. It knows nothing of what an exchange does.
 *
 *     run() ──▶ [ waiting ] ──write()──▶ [ in flight ] ──replies──▶ settled
 *                   ▲                          │
 *                   └── while one holds the line, or the peer takes no bytes
 *
 * Exchanges are written as they come, without waiting for the replies to earlier ones: pipelining is the normal case.
 * When the link dies, every exchange that is left fails, and is told whether the server can have seen any of it.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { Deque } from "../base/deque.ts"
import type { Stop } from "../base/stop.ts"
import { ConnectionError, ProtocolError, TimeoutError, UsageError } from "../errors/client-error.ts"
import { createServerError } from "../errors/create-server-error.ts"
import type { Notice } from "../errors/server-error.ts"
import { Drain } from "../exchange/drain.ts"
import type { Exchange, Executor, Line } from "../exchange/exchange.ts"
import { RestoreEncoding } from "../exchange/restore-encoding.ts"
import { Startup, type StartupRequest } from "../exchange/startup.ts"
import { readServerMessage } from "../protocol/backend.ts"
import { ERROR_RESPONSE } from "../protocol/codes.ts"
import { Decoder, SHORT_LIMIT } from "../protocol/decoder.ts"
import type { Encoder } from "../protocol/encoder.ts"
import type { ConnectionSink, FrameSink } from "../protocol/frame-sink.ts"
import type { Transport, TransportHandler } from "../transport/transport.ts"
import { type AsyncListener, dispatchAsync, type Notification } from "./async-messages.ts"
import { type CancelDial, sendCancel } from "./cancel.ts"
import { Canceller, type CancellerHost } from "./canceller.ts"
import { InFlight } from "./in-flight.ts"
import { connectionLost, refusal } from "./loss.ts"
import { DEFAULT_CANCEL_TIMEOUT_MS, DEFAULT_STALL_TIMEOUT_MS, type LinkListener, type LinkOptions } from "./options.ts"
import { Outbox } from "./outbox.ts"
import { ServerState } from "./server-state.ts"
import { StallWatch } from "./stall.ts"
import { type LinkState, move } from "./state.ts"

/** How long the peer may take to close after it was told goodbye. */
const GOODBYE_MS = 1000

/** One connection to a server, from its start-up to its end. */
export class Link implements Executor, Line, TransportHandler, ConnectionSink, AsyncListener, CancellerHost {
  readonly server: ServerState = new ServerState()
  /** Resolves when the transport is gone, however that came about. */
  readonly closed: Promise<void>
  readonly listener: LinkListener
  /** True behind a pooler that may give each request another server: one is answered before the next is sent. */
  isSerial = false
  readonly #transport: Transport
  readonly #decoder: Decoder
  readonly #outbox: Outbox
  readonly #canceller: Canceller
  readonly #cancelTimeoutMs: number
  readonly #dialCancel: CancelDial
  readonly #stall: StallWatch | undefined
  readonly #waiting: Deque<Exchange> = new Deque()
  readonly #inFlight: InFlight = new InFlight()
  /** The requests that are being made because of `cancel`. */
  readonly #cancels: Set<AbortController> = new Set()
  #state: LinkState = "starting"
  #holder: Exchange | undefined
  #writing: Exchange | undefined
  #reason: Error | undefined
  #resolveClosed!: () => void
  #goodbye: ReturnType<typeof setTimeout> | undefined

  /** Takes an open transport over. */
  constructor(transport: Transport, options: LinkOptions = {}) {
    this.listener = options.listener ?? {}
    this.#dialCancel = options.dialCancel ?? (() => Promise.reject(new UsageError("this link cannot cancel")))
    this.#cancelTimeoutMs = options.cancelTimeoutMs ?? DEFAULT_CANCEL_TIMEOUT_MS
    this.#canceller = new Canceller(this, this.#cancelTimeoutMs)
    const { dialProbe, stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS } = options
    this.#stall = dialProbe && stallTimeoutMs > 0 ? new StallWatch(this, dialProbe, stallTimeoutMs) : undefined
    this.#transport = transport
    this.#decoder = new Decoder(this.#idle, this, SHORT_LIMIT)
    this.#outbox = new Outbox(transport, () => {
      this.#inFlight.markFlushed()
      this.#stall?.onWritten()
    })
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
    return this.#inFlight.size > 0
  }

  /** True when nothing is under way. */
  get isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#waiting.size === 0
  }

  /** True when what is asked for next is sent at once: nothing is under way, and no cancel request either. */
  get isFree(): boolean {
    return this.#holder === undefined && this.isIdle
  }

  /** Starts the session. The link is destroyed when that fails. */
  async start(request: StartupRequest): Promise<void> {
    for (const [name, value] of Object.entries(request.parameters)) this.server.noteSetting(`${name}=${value}`)
    const startup = new Startup(request)
    this.server.database = request.parameters["database"] ?? ""
    this.#write(startup)
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
      this.#canceller.watch(exchange, stop, () => this.#onStop(exchange, stop))
    }
    this.#enqueue(exchange)
  }

  /** Asks the server to stop whatever runs; resolves when it has been told and nothing later can be hit. */
  async cancel(): Promise<void> {
    if (!this.#carries) throw refusal(this.#state, this.#reason)
    const abort = new AbortController()
    const timer = setTimeout(() => {
      abort.abort(new TimeoutError(`the server has not taken a cancel request within ${this.#cancelTimeoutMs} ms`))
    }, this.#cancelTimeoutMs)
    this.#cancels.add(abort)
    try {
      await this.sendCancel(abort.signal)
    } finally {
      clearTimeout(timer)
      this.#cancels.delete(abort)
    }
    if (this.#holder?.isCallerPaced) return // its caller may be the one who waits here
    await new Promise<void>((resolve) => {
      if (this.#carries) this.#enqueue(new Drain(resolve))
      else resolve()
    })
  }

  // Line

  get encoder(): Encoder {
    return this.#outbox.encoder
  }

  hold(): void {
    this.#holder = this.#writing
  }

  sync(): void {
    this.#outbox.sync()
  }

  flush(): void {
    this.#outbox.scheduleFlush()
  }

  send(): void {
    this.#outbox.schedule()
  }

  transmit(): void {
    this.#outbox.flush()
  }

  get congested(): boolean {
    return this.#transport.congested
  }

  pause(): void {
    this.#transport.pause()
  }

  resume(): void {
    this.#transport.resume()
  }

  release(exchange: Exchange): void {
    if (!this.#isLast(exchange)) this.#free(exchange)
  }

  endTurn(): void {
    this.sync()
    this.send()
  }

  rerun(exchange: Exchange): void {
    if (!this.#carries) exchange.fail(refusal(this.#state, this.#reason))
    else if (this.#holder !== undefined || this.#transport.congested) this.#waiting.unshift(exchange)
    else this.#write(exchange)
  }

  get crowded(): boolean {
    return this.#inFlight.size > 1
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
    this.#die(reason ?? new ConnectionError("the connection was destroyed"))
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
    this.#inFlight.front?.onDrain?.()
    this.#pump()
  }

  onClose(error: Error | undefined): void {
    clearTimeout(this.#goodbye)
    this.#die(error)
    this.#resolveClosed()
  }

  // ConnectionSink

  onReady(status: number): void {
    const exchange = this.#inFlight.front
    if (exchange === undefined) throw new ProtocolError("the server is ready for a query that was never made")
    this.server.setStatus(status)
    const outcome = exchange.onReady(status)
    if (this.#state === "closed") return
    if (this.#state === "starting") this.#state = move(this.#state, "open")
    if (outcome === "more") return
    this.#inFlight.shift()
    this.#decoder.sink = this.#inFlight.front ?? this.#idle
    if (outcome === "again" && !this.#canceller.isStopped(exchange)) this.#runAgain(exchange)
    else this.#onAnswered(exchange)
    this.#cancelFront()
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
    if (name === "client_encoding" && value !== "UTF8" && this.#carries) this.#restoreEncoding(value)
  }

  /** What was written behind the change was read in another encoding than it was meant in. */
  #restoreEncoding(encoding: string): void {
    if (this.#inFlight.size <= 1) this.rerun(new RestoreEncoding())
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

  #enqueue(exchange: Exchange): void {
    if (this.#mustWait()) this.#waiting.push(exchange)
    else this.#write(exchange)
  }

  /** Runs an exchange once more, before what waits: what was asked for later stays behind it where it can. */
  #runAgain(exchange: Exchange): void {
    if (this.#holder === exchange) this.#holder = undefined
    this.rerun(exchange)
    this.#pump()
  }

  /** Whether requests are still answered. */
  get #carries(): boolean {
    return this.#state === "open" || this.#state === "closing"
  }

  // CancellerHost

  sendCancel(signal: AbortSignal): Promise<void> {
    return sendCancel(this.#dialCancel, this.server, signal)
  }

  drain(done: () => void): void {
    this.#write(new Drain(done))
  }

  onCancelled(exchange: Exchange): void {
    this.#free(exchange)
  }

  #onStop(exchange: Exchange, { reason, isPatient }: Stop): void {
    if (this.#waiting.remove(exchange)) {
      exchange.fail(reason)
      this.#canceller.forget(exchange)
      this.#pump()
      return
    }
    if (!isPatient) {
      if (exchange.giveUp === undefined) exchange.fail(reason)
      else exchange.giveUp(reason)
    }
    this.#cancelFront()
  }

  /** An exchange that was stopped while others were before it is cancelled once it is its turn. */
  #cancelFront(): void {
    const { front } = this.#inFlight
    if (front !== undefined && this.#canceller.isStopped(front)) this.#canceller.begin(front)
  }

  #onAnswered(exchange: Exchange): void {
    this.#canceller.forget(exchange)
    if (!this.#canceller.onAnswered(exchange)) this.#free(exchange)
  }

  /** Whether nothing may be sent behind the exchange before it is answered. */
  #isLast(exchange: Exchange): boolean {
    return this.isSerial || this.#canceller.isWatching(exchange)
  }

  #free(exchange: Exchange): void {
    if (this.#holder !== exchange) return
    this.#holder = undefined
    this.#pump()
  }

  #mustWait(): boolean {
    return this.#holder !== undefined || this.#waiting.size > 0 || this.#transport.congested
  }

  #write(exchange: Exchange): void {
    const { writer } = this.encoder
    const before = writer.length
    this.#writing = exchange
    try {
      exchange.write(this)
    } catch (error) {
      writer.truncate(before)
      if (this.#holder === exchange) this.#holder = undefined
      this.#canceller.forget(exchange)
      exchange.fail(error as Error)
      return
    }
    if (this.#isLast(exchange)) this.#holder = exchange
    if (this.#inFlight.size === 0) this.#decoder.sink = exchange
    this.#inFlight.push(exchange)
    this.#outbox.schedule()
  }

  /** Writes what waits, as far as the line is free. */
  #pump(): void {
    while (this.#waiting.size > 0 && this.#holder === undefined && !this.#transport.congested) {
      this.#write(this.#waiting.shift()!)
    }
    if (this.#state === "closing") this.#finishClosing()
  }

  #finishClosing(): void {
    if (!this.isIdle) return
    this.#state = move(this.#state, "ending")
    this.encoder.terminate()
    this.#outbox.flush()
    this.#outbox.close()
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
    this.#canceller.dispose()
    this.#stall?.dispose()
    this.#decoder.stop()
    this.#outbox.close()
    this.#transport.destroy()
    this.#holder = undefined
    for (const cancel of this.#cancels) cancel.abort(refusal("closed", this.#reason))
    this.#failAll()
  }

  #failAll(): void {
    const reason = this.#reason
    let first = true
    for (const { exchange, seen } of this.#inFlight.drain()) {
      // The one whose reply broke the protocol is told so itself.
      if (first && reason instanceof ProtocolError) exchange.fail(reason)
      else exchange.fail(connectionLost(reason, !seen))
      first = false
    }
    for (const exchange of this.#waiting.drain()) exchange.fail(connectionLost(reason, true))
  }
}
