/**
 * One submittable as an exchange: it writes its request by itself through the connection, and every reply up to its
 * ReadyForQuery goes to the connection's events. What listeners throw there is thrown once more outside, where it cannot
 * reach the decoder.
 */

import { nextTick } from "#platform"
import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError, UsageError } from "../errors/client-error.ts"
import type { Exchange, Line, Outcome } from "../exchange/exchange.ts"
import type { Submittable } from "./submittable.ts"

/** The connection, as far as an exchange needs it. */
export interface MessageReceiver {
  /** Has the submittable write its request; returns why it does not, if it does not. */
  submit(query: Submittable, line: Line): Error | undefined
  receiveRow(source: ByteSource, start: number, end: number): void
  receive(type: number, source: ByteSource, start: number, end: number): void
  receiveReady(status: number): Outcome
}

/** Who runs submittables, and has to know which of them were never sent. */
export interface SubmitHost {
  /** `submit` has returned an error: nothing was sent. */
  onRefused(query: Submittable, error: Error): void
  /** `submit` has thrown: nothing was sent. */
  onThrown(query: Submittable, error: unknown): void
}

/** Carries one submittable. */
export class MessageExchange implements Exchange {
  readonly #connection: MessageReceiver
  readonly #host: SubmitHost
  readonly #query: Submittable
  #failure: { readonly error: unknown; readonly isRefusal: boolean } | undefined

  constructor(connection: MessageReceiver, host: SubmitHost, query: Submittable) {
    this.#connection = connection
    this.#host = host
    this.#query = query
  }

  write(line: Line): void {
    let refusal: Error | undefined
    try {
      refusal = this.#connection.submit(this.#query, line)
    } catch (error) {
      // Text that cannot be sent is the query's failure; a wrong type is the caller's, who is told at once.
      this.#failure = { error, isRefusal: error instanceof UsageError }
      throw error
    }
    if (refusal === undefined) return
    this.#failure = { error: refusal, isRefusal: true }
    throw refusal
  }

  onRow(source: ByteSource, start: number, end: number): void {
    try {
      this.#connection.receiveRow(source, start, end)
    } catch (error) {
      throwOutside(error)
    }
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    try {
      this.#connection.receive(type, source, start, end)
    } catch (error) {
      throwOutside(error)
    }
  }

  onReady(status: number): Outcome {
    try {
      return this.#connection.receiveReady(status)
    } catch (error) {
      throwOutside(error)
      return "done"
    }
  }

  /** A lost connection is told by the stream's events, in the order that `pg` has. */
  fail(): void {
    if (this.#failure === undefined) return
    const { error, isRefusal } = this.#failure
    if (isRefusal) this.#host.onRefused(this.#query, error as Error)
    else this.#host.onThrown(this.#query, error)
  }
}

/** A listener's failure is not the connection's, but nobody shall miss it. */
export function throwOutside(error: unknown): void {
  if (error instanceof ProtocolError) throw error
  nextTick(() => {
    throw error
  })
}
