/**
 * Who may speak on a link and who is answered next: the two queues of exchanges, and the line that they speak on.
 *
 *     enqueue() ──▶ [ waiting ] ──write()──▶ [ in flight ] ──answered()──▶ out
 *                       ▲
 *                       └── while one holds the line, or the peer takes no bytes
 *
 * Exchanges are written as they come, without waiting for the replies to earlier ones: pipelining is the normal case.
 */

import { Deque } from "../base/deque.ts"
import type { Exchange, Line } from "../exchange/exchange.ts"
import type { Encoder } from "../protocol/encoder.ts"
import type { Transport } from "../transport/transport.ts"
import { InFlight } from "./in-flight.ts"
import { Outbox } from "./outbox.ts"
import type { ServerState } from "./server-state.ts"

/** What the traffic asks of its link. */
export interface TrafficHost {
  readonly server: ServerState
  /** Why exchanges are not carried any more; `undefined` while they are. */
  readonly refusal: Error | undefined
  /** Whether nothing may be sent behind the exchange before it is answered. */
  isLast(exchange: Exchange): boolean
  /** An exchange was written and is the one that is answered next. */
  onFront(exchange: Exchange): void
  /** An exchange could not be written. */
  onUnwritten(exchange: Exchange): void
  /** Bytes have left. */
  onFlushed(): void
  /** What waited was written, as far as it could be. */
  onPumped(): void
  /** The link is of no use any more. */
  abandon(reason: Error): void
}

/** The queues of a link. */
export class Traffic implements Line {
  readonly segment = undefined
  readonly #transport: Transport
  readonly #host: TrafficHost
  readonly #outbox: Outbox
  readonly #waiting: Deque<Exchange> = new Deque()
  readonly #inFlight: InFlight = new InFlight()
  #holder: Exchange | undefined
  /** The one written last, or still being written: taking it back each time would be slow until it is optimised. */
  #writing: Exchange | undefined
  #isWriting = false

  constructor(transport: Transport, host: TrafficHost) {
    this.#transport = transport
    this.#host = host
    this.#outbox = new Outbox(transport, () => {
      this.#inFlight.markFlushed()
      host.onFlushed()
    })
  }

  /** The exchange that gets the next reply. */
  get front(): Exchange | undefined {
    return this.#inFlight.front
  }

  /** The first exchange that waits to be written. */
  get firstWaiting(): Exchange | undefined {
    return this.#waiting.peek()
  }

  /** How many exchanges have been written and not answered. */
  get inFlight(): number {
    return this.#inFlight.size
  }

  /** True when nothing is under way. */
  get isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#waiting.size === 0
  }

  /** Who has more to say before others may be written. */
  get holder(): Exchange | undefined {
    return this.#holder
  }

  // Line

  get server(): ServerState {
    return this.#host.server
  }

  get encoder(): Encoder {
    return this.#outbox.encoder
  }

  get crowded(): boolean {
    return this.#inFlight.size > 1
  }

  get congested(): boolean {
    return this.#transport.congested
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

  pause(): void {
    this.#transport.pause()
  }

  resume(): void {
    this.#transport.resume()
  }

  release(exchange: Exchange): void {
    if (!this.#host.isLast(exchange)) this.free(exchange)
  }

  endTurn(): void {
    this.sync()
    this.send()
  }

  rerun(exchange: Exchange): void {
    const { refusal } = this.#host
    if (refusal !== undefined) exchange.fail(refusal)
    else if (this.#holder !== undefined || this.#transport.congested) this.#waiting.unshift(exchange)
    else this.write(exchange)
  }

  abandon(reason: Error): void {
    this.#host.abandon(reason)
  }

  // Queues

  /** Writes an exchange, or has it wait for its turn. */
  enqueue(exchange: Exchange): void {
    if (this.#holder !== undefined || this.#waiting.size > 0 || this.#transport.congested) this.#waiting.push(exchange)
    else this.write(exchange)
  }

  /** Writes an exchange now, whoever holds the line. */
  write(exchange: Exchange): void {
    const { writer } = this.encoder
    const before = writer.length
    this.#writing = exchange
    this.#isWriting = true
    try {
      exchange.write(this)
    } catch (error) {
      writer.truncate(before)
      this.#isWriting = false
      if (this.#holder === exchange) this.#holder = undefined
      this.#host.onUnwritten(exchange)
      exchange.fail(error as Error)
      return
    }
    this.#isWriting = false
    const isLast = this.#host.isLast(exchange)
    if (isLast) this.#holder = exchange
    if (this.#inFlight.size === 0) this.#host.onFront(exchange)
    this.#inFlight.push(exchange)
    // What nothing may follow need not wait for more to leave with.
    if (isLast) this.#outbox.flush()
    else this.#outbox.schedule()
  }

  /** The front exchange has been answered: the next one is in front. */
  shift(): void {
    this.#inFlight.shift()
  }

  /** Takes an exchange back that has not been written yet; false when it is too late for that. */
  withdraw(exchange: Exchange): boolean {
    return this.#waiting.remove(exchange)
  }

  /** Runs an exchange once more, before what waits: what was asked for later stays behind it where it can. */
  runAgain(exchange: Exchange): void {
    if (this.#holder === exchange) this.#holder = undefined
    this.rerun(exchange)
    this.pump()
  }

  /** Lets others be written, if it was this exchange that held the line; behind it, when it is still being written. */
  free(exchange: Exchange): void {
    if (this.#holder !== exchange) return
    this.#holder = undefined
    if (!this.#isWriting) this.pump()
  }

  /** Writes what waits, as far as the line is free. */
  pump(): void {
    while (this.#waiting.size > 0 && this.#holder === undefined && !this.#transport.congested) {
      this.write(this.#waiting.shift()!)
    }
    this.#host.onPumped()
  }

  /** Says goodbye; nothing is sent behind it. */
  terminate(): void {
    this.encoder.terminate()
    this.#outbox.flush()
    this.#outbox.close()
  }

  /** Nothing is sent any more. Empties the queues and tells for each exchange whether the server can have seen any of it. */
  close(): { readonly exchange: Exchange; readonly seen: boolean }[] {
    this.#outbox.close()
    this.#holder = undefined
    const unseen = this.#waiting.drain().map((exchange) => ({ exchange, seen: false }))
    return [...this.#inFlight.drain(), ...unseen]
  }
}
