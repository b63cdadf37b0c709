/**
 * A connection in the hands of somebody who has it from a pool, and gives it back exactly once.
 */

import { type CloseOptions, Connection } from "../connection/connection.ts"
import { ConnectionClosedError } from "../errors/client-error.ts"
import { ConnectionReleasedError } from "../errors/pool-error.ts"
import type { Session } from "../session/session.ts"
import type { Entry } from "./entry.ts"
import type { HeldConnection } from "./held-connection.ts"

/** Whom a connection goes back to. */
export interface ConnectionLender {
  takeBack(entry: Entry<HeldConnection>, error: unknown): void
}

/**
 * A connection of a pool. It is yours alone until `release`, or the end of an `await using` block; after that everything
 * asked of it is refused with ConnectionReleasedError.
 */
export class PooledConnection extends Connection {
  readonly #lender: ConnectionLender
  readonly #entry: Entry<HeldConnection>
  readonly #session: Session
  #isReleased = false

  /** @internal Use `pool.acquire` or `pool.use`. */
  constructor(lender: ConnectionLender, entry: Entry<HeldConnection>) {
    const session = entry.resource.session.lend()
    super(session, entry.resource.info)
    this.#lender = lender
    this.#entry = entry
    this.#session = session
  }

  /** True once it was given back. */
  get isReleased(): boolean {
    return this.#isReleased
  }

  /** True once it was given back, or the connection is lost. */
  override get isClosed(): boolean {
    return this.#isReleased || super.isClosed
  }

  /**
   * Gives the connection back to the pool.
   * @param error (or `true`) when it should not be lent again: it is closed then
   * @throws ConnectionReleasedError when it was given back before
   */
  release(error?: unknown): void {
    if (this.#isReleased) throw new ConnectionReleasedError()
    this.#isReleased = true
    const session = this.#session
    if (session.wasUsed) this.#entry.resource.wasTouched = true
    session.revoke()
    this.#lender.takeBack(this.#entry, error === false ? undefined : (error ?? undefined))
  }

  /** Gives the connection back: the pool decides what becomes of it. */
  override async close(_options?: CloseOptions): Promise<void> {
    if (!this.#isReleased) this.release()
  }

  /** Gives the connection back to be closed at once. Queries under way reject with ConnectionError. */
  override destroy(reason?: Error): void {
    if (!this.#isReleased) this.release(reason ?? new ConnectionClosedError("the connection was destroyed"))
  }
}
