/**
 * Many statements under one Sync. The members are written as they come and answered in order; the server works through
 * them as one implicit transaction, which ends at the Sync. After an error it skips the rest up to there.
 *
 *     written   [ answered next | … | SYNC | … ]      waiting   [ … ]  while one of the written holds the line
 *
 * Somebody may wait for a member's result before a Sync is there, so whatever leaves without one is followed by Flush.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */

import type { ByteSource } from "../base/byte-source.ts"
import { Deque } from "../base/deque.ts"
import { PipelineAbortedError, ProtocolError, UsageError } from "../errors/client-error.ts"
import {
  COMMAND_COMPLETE,
  EMPTY_QUERY_RESPONSE,
  ERROR_RESPONSE,
  PORTAL_SUSPENDED,
  STATUS_TRANSACTION,
} from "../protocol/codes.ts"
import { DelegatedLine, type LineOwner } from "./delegated-line.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { SyncPoint } from "./sync-point.ts"

type State = "queued" | "open" | "over"
type Item = SkippableExchange | SyncPoint

/** One exchange for the link, many for the callers. */
export class PipelineExchange implements SkippableExchange {
  readonly isCallerPaced = true
  #state: State = "queued"
  #line!: Line
  #memberLine!: Line
  readonly #written: Deque<Item> = new Deque()
  readonly #waiting: Deque<Item> = new Deque()
  readonly #isSerial: boolean
  #last: SyncPoint | undefined
  /** The sync point that has to be answered before anything else is written. */
  #awaited: SyncPoint | undefined
  #holder: Exchange | undefined
  #writing: Exchange | undefined
  /** What stands between two sync points. */
  #segment: object = {}
  /** Why what is written next would be skipped: a statement has failed and no sync point was written since. */
  #failure: unknown
  /** Why the commit at the next sync point failed, when no statement is to blame. */
  #commitFailure: unknown
  /** Why the pipeline carries nothing more. */
  #lost: unknown
  /** Why it takes nothing more, though what was taken is carried. */
  #refusal: unknown
  #reportLoss!: (error: unknown) => void
  /** Rejects when it was given up, or its link is gone. */
  readonly lost: Promise<never> = new Promise((_, reject) => {
    this.#reportLoss = reject
  })
  /** The member whose reply is being read has said all it has to say for now. */
  #turnEnded = false

  /**
   * @param isSerial each sync point is answered before more is sent: a pooler may give the server to somebody else there,
   * and in a transaction what stands behind it would be run though its beginning, in front of us, has failed
   */
  constructor(isSerial: boolean) {
    this.#isSerial = isSerial
    this.lost.catch(() => {})
  }

  /** Adds a statement. After an error before it, up to the next sync point, it is refused without being sent. */
  run(member: SkippableExchange): void {
    if (this.#last !== undefined || this.#state === "over") {
      member.fail(this.#lost ?? this.#refusal ?? new UsageError("the pipeline has ended", { safeToRetry: true }))
    } else {
      this.#add(member)
    }
  }

  /**
   * Ends the implicit transaction here. Resolves when the server is there; rejects when the commit itself has failed.
   * Statements that have failed before have told their own callers.
   */
  sync(): Promise<void> {
    return this.#addPoint(new SyncPoint())
  }

  /** Adds the last sync point, once. @param refusal what is told to statements that come later */
  end(refusal?: unknown): Promise<void> {
    if (this.#last !== undefined) return this.#last.promise
    this.#refusal = refusal
    this.#last = new SyncPoint()
    return this.#addPoint(this.#last)
  }

  /** Takes a statement back that was not sent. What was sent is run, though nobody waits for it any more. */
  withdraw(member: SkippableExchange): void {
    this.#waiting.remove(member)
  }

  // Exchange

  write(line: Line): void {
    this.#line = line
    this.#memberLine = new DelegatedLine(line, this.#owner())
    if (this.#state === "queued") this.#state = "open"
    line.hold()
    this.#pump()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    this.#front().onRow(source, start, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === ERROR_RESPONSE && this.#written.peek() instanceof SyncPoint) {
      // Everything was answered, and then the commit failed.
      this.#commitFailure ??= readError(source, start, end, this.#line)
      return
    }
    const member = this.#front()
    member.onFrame(type, source, start, end)
    if (this.#state === "over") return // it was a fatal error
    switch (type) {
      case COMMAND_COMPLETE:
      case EMPTY_QUERY_RESPONSE:
      case PORTAL_SUSPENDED:
        this.#onAnswered(member)
        break
      case ERROR_RESPONSE:
        this.#written.shift()
        member.onReady(STATUS_TRANSACTION)
        this.#skipRest(readError(source, start, end, this.#line))
        break
      default:
        if (this.#turnEnded) this.#onAnswered(member)
    }
  }

  onReady(): Outcome {
    const point = this.#written.shift()
    if (!(point instanceof SyncPoint))
      throw new ProtocolError("the server is ready before it has answered the pipeline")
    point.settle(this.#commitFailure)
    this.#commitFailure = undefined
    if (point === this.#awaited) this.#awaited = undefined
    this.#pump()
    if (point !== this.#last) return "more"
    this.#state = "over"
    return "done"
  }

  /** Everybody is told, but what was sent is answered still, up to a sync point that is the last. */
  giveUp(error: unknown): void {
    if (this.#state === "over") return
    this.#lost = error
    this.#reportLoss(error)
    for (const item of this.#written.drain()) {
      settle(item, error)
      this.#written.push(item)
    }
    for (const item of this.#waiting.drain()) {
      settle(item, error)
      if (item === this.#last) this.#waiting.push(item)
    }
    this.end()
    this.#pump()
  }

  skip(error: unknown): void {
    this.fail(error)
  }

  fail(error: unknown): void {
    if (this.#state === "over") return
    this.#state = "over"
    this.#lost = error
    this.#reportLoss(error)
    for (const item of [...this.#written.drain(), ...this.#waiting.drain()]) settle(item, error)
  }

  /** What the members' line asks of us. */
  #owner(): LineOwner {
    return {
      hold: () => {
        this.#holder = this.#writing
      },
      release: (exchange) => {
        if (this.#holder !== exchange) return
        this.#holder = undefined
        this.#pump()
      },
      sync: () => {}, // the Sync is the pipeline's
      send: () => this.#line.flush(),
      endTurn: () => {
        this.#turnEnded = true
      },
      rerun: (exchange) => this.#rerun(exchange as SkippableExchange),
      isCrowded: () => this.#written.size > 1,
      segment: () => this.#segment,
    }
  }

  /** A member is over, or wants another turn, which is the next if nothing is written behind it. */
  #onAnswered(member: SkippableExchange): void {
    this.#turnEnded = false
    this.#written.shift()
    const held = this.#holder === member
    if (held) this.#holder = undefined
    if (member.onReady(STATUS_TRANSACTION) === "again") this.#rerun(member)
    if (held) this.#pump()
  }

  /** Behind the last sync point the link carries the member; in a segment that has failed nobody does. */
  #rerun(member: SkippableExchange): void {
    if (this.#state === "over" || this.#last?.isWritten) this.#line.rerun(member)
    else if (this.#failure !== undefined) member.skip(aborted(this.#failure))
    else if (this.#isHeld) this.#waiting.unshift(member)
    else this.#write(member)
  }

  /** Whether nothing may be written now. */
  get #isHeld(): boolean {
    return this.#holder !== undefined || this.#awaited !== undefined
  }

  #front(): SkippableExchange {
    const front = this.#written.peek()
    if (front === undefined || front instanceof SyncPoint) {
      throw new ProtocolError("the server answered a statement that is not in the pipeline")
    }
    return front
  }

  #addPoint(point: SyncPoint): Promise<void> {
    if (this.#state === "over") point.settle(this.#lost ?? new UsageError("the pipeline has ended"))
    else this.#add(point)
    return point.promise
  }

  #add(item: Item): void {
    if (this.#state === "queued" || this.#isHeld || this.#waiting.size > 0) this.#waiting.push(item)
    else this.#write(item)
  }

  #write(item: Item): void {
    if (item instanceof SyncPoint) {
      this.#line.sync()
      this.#line.send()
      this.#failure = undefined
      this.#segment = {}
      item.isWritten = true
      this.#written.push(item)
      if (item === this.#last) this.#line.release(this)
      else if (this.#isSerial) this.#awaited = item
      return
    }
    if (this.#failure !== undefined) {
      item.fail(aborted(this.#failure))
      return
    }
    const { writer } = this.#line.encoder
    const before = writer.length
    this.#writing = item
    try {
      item.write(this.#memberLine)
    } catch (error) {
      writer.truncate(before)
      if (this.#holder === item) this.#holder = undefined
      item.fail(error)
      return
    }
    this.#line.flush()
    this.#written.push(item)
  }

  #pump(): void {
    while (this.#waiting.size > 0 && !this.#isHeld) this.#write(this.#waiting.shift()!)
  }

  /** The server reads past what stands before the next sync point. */
  #skipRest(failure: Error): void {
    while (this.#written.size > 0) {
      const item = this.#written.peek()!
      if (item instanceof SyncPoint) return
      this.#written.shift()
      if (this.#holder === item) this.#holder = undefined
      item.skip(aborted(failure))
    }
    this.#failure = failure
    this.#pump()
  }
}

function settle(item: Item, error: unknown): void {
  if (item instanceof SyncPoint) item.settle(error)
  else item.fail(error)
}

function aborted(cause: unknown): PipelineAbortedError {
  return new PipelineAbortedError("an earlier statement of the pipeline failed, so this one was not run", { cause })
}
