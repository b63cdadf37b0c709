/**
 * What a session must look like from outside, without any of its machinery: rows that are committed, a stack of open
 * transactions with what they see, notifications that are to be heard. And beside it the real session, whose operations
 * are begun without waiting for the ones before; their outcomes are compared when they come.
 */

import { expect } from "vitest"
import { type Connection, connect, errors, type PreparedStatement, type Transaction } from "../../../src/index.ts"
import { within } from "../../support/within.ts"

/** A transaction or a savepoint. */
export interface Frame {
  readonly rows: Set<number>
  readonly notified: string[]
  hasFailed: boolean
}

/** The model. */
export class SessionModel {
  committed: Set<number> = new Set()
  readonly stack: Frame[] = []
  isListening = false
  isPrepared = false
  /** What the listener is to hear, in this order. */
  heard: string[] = []

  get top(): Frame | undefined {
    return this.stack.at(-1)
  }

  /** Whether statements are refused until a rollback. */
  get hasFailed(): boolean {
    return this.top?.hasFailed === true
  }

  /** The rows that a statement sees now. */
  get rows(): Set<number> {
    return this.top?.rows ?? this.committed
  }

  /** A statement fails: so does the transaction that it stands in. */
  fail(): void {
    if (this.top !== undefined) this.top.hasFailed = true
  }

  notify(payload: string): void {
    if (this.top !== undefined) this.top.notified.push(payload)
    else if (this.isListening) this.heard.push(payload)
  }

  push(): void {
    this.stack.push({ rows: new Set(this.rows), notified: [], hasFailed: false })
  }

  /** The innermost one ends well; false when it could not. */
  commit(): boolean {
    const frame = this.stack.pop()
    if (frame === undefined || frame.hasFailed) return false
    if (this.top !== undefined) {
      this.stack[this.stack.length - 1] = { ...frame, notified: [...this.top.notified, ...frame.notified] }
    } else {
      this.committed = frame.rows
      for (const payload of frame.notified) this.notify(payload)
    }
    return true
  }

  /** The connection is gone. */
  reset(): void {
    this.stack.length = 0
    this.isListening = false
    this.isPrepared = false
    this.heard = []
  }
}

/** An open transaction of the real session, and how it is ended. */
export interface OpenTransaction {
  readonly tx: Transaction
  end(how: "commit" | "rollback"): Promise<unknown>
}

/** How an operation ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The real session. */
export class RealSession {
  readonly url: string
  readonly table: string
  readonly channel: string
  /** Looks from outside. */
  readonly observer: Connection
  db: Connection
  readonly open: OpenTransaction[] = []
  statement: PreparedStatement | undefined
  heard: string[] = []
  readonly #pending: Promise<unknown>[] = []

  private constructor(url: string, observer: Connection, db: Connection, name: string) {
    this.url = url
    this.observer = observer
    this.db = db
    this.table = name
    this.channel = name
  }

  /** @param name the table's, the channel's and the session's */
  static async open(url: string, observer: Connection, name: string): Promise<RealSession> {
    return new RealSession(url, observer, await connect(url, { applicationName: name }), name)
  }

  /** Where statements go now. */
  get scope(): Connection | Transaction {
    return this.open.at(-1)?.tx ?? this.db
  }

  /** Begins an operation; its outcome is looked at when it is there. */
  begin(what: string, promise: Promise<unknown>, check: (outcome: Outcome) => void): void {
    const checked = within(what, promise).then(
      (value) => check({ value }),
      (error: unknown) => check({ error }),
    )
    checked.catch(() => {}) // told by settle
    this.#pending.push(checked)
  }

  /** Waits for all that was begun; fails as the first that was not as it should be. */
  async settle(): Promise<void> {
    const pending = this.#pending.splice(0)
    for (const result of await Promise.allSettled(pending)) if (result.status === "rejected") throw result.reason
  }

  async reconnect(): Promise<void> {
    await within("close", this.db.close())
    this.db = await within("connect", connect(this.url, { applicationName: this.table }))
    this.open.length = 0
    this.statement = undefined
    this.heard = []
  }

  /** Both are the same, to everybody who looks. */
  async compare(model: SessionModel): Promise<void> {
    await this.settle()
    const { hasFailed, stack } = model
    const seen = await this.observer.rows<number>(`select n from ${this.table} order by n`, [], { rows: "scalar" })
    expect(seen).toEqual([...model.committed].sort((a, b) => a - b))
    const status = this.db.info.transactionStatus
    // A transaction that was not used yet is none for the server.
    if (stack.length === 0) expect(status).toBe("idle")
    else if (hasFailed) expect(status).toBe("failed")
    else expect(status).not.toBe("failed")
    // Within a transaction a session hears nothing.
    if (stack.length > 0) return
    await within("notifications", this.#hear(model.heard.length))
    expect(this.heard).toEqual(model.heard)
  }

  async #hear(count: number): Promise<void> {
    while (this.heard.length < count) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  /** What is being cancelled still ends in order. */
  async close(): Promise<void> {
    await within("close", this.db.close())
  }
}

/** The outcome is this value. */
export function expectValue(outcome: Outcome, value: unknown): void {
  if ("error" in outcome) throw new Error("failed", { cause: outcome.error })
  expect(outcome.value).toEqual(value)
}

/** The outcome is the refusal of a failed transaction, which names what has failed it. */
export function expectAftermath(outcome: Outcome): void {
  if ("value" in outcome) throw new Error("succeeded in a failed transaction")
  if (!(outcome.error instanceof errors.ServerError)) throw outcome.error
  // A statement that could not be prepared any more is missing.
  expect(["25P02", "26000"]).toContain(outcome.error.code)
  expect(outcome.error.cause).toBeInstanceOf(errors.ServerError)
}

/** The outcome is the server's refusal with this code. */
export function expectCode(outcome: Outcome, code: string): void {
  if ("value" in outcome) throw new Error(`succeeded, but was to fail with ${code}`)
  if (!(outcome.error instanceof errors.ServerError)) throw outcome.error
  expect(outcome.error.code).toBe(code)
}
