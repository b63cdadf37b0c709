/**
 * A resource in the hands of one user, who gives it back exactly once.
 */

import { ConnectionReleasedError } from "../errors/pool-error.ts"
import type { Entry } from "./entry.ts"

/** Whom a resource goes back to. */
export interface Lender<R> {
  giveBack(entry: Entry<R>, error: unknown): void
}

/** The right to use a resource. */
export class Lease<R> {
  readonly #lender: Lender<R>
  readonly #entry: Entry<R>
  #isOver = false

  constructor(lender: Lender<R>, entry: Entry<R>) {
    this.#lender = lender
    this.#entry = entry
  }

  get resource(): R {
    return this.#entry.resource
  }

  /** True once it was given back. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Gives the resource back.
   * @param error why it should not be lent again
   * @throws ConnectionReleasedError when it was given back before
   */
  release(error?: unknown): void {
    if (this.#isOver) throw new ConnectionReleasedError()
    this.#isOver = true
    this.#lender.giveBack(this.#entry, error)
  }
}
