/**
 * Parse Describe, and types looked up where nothing is known of them: what a statement takes and gives, without running
 * it and without leaving anything behind.
 */

import { ProtocolError } from "../errors/client-error.ts"
import type { Description } from "../query/statement.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { DescribedExchange } from "./described-exchange.ts"
import { Describer } from "./describer.ts"
import { unexpectedMessage } from "./replies.ts"

const NOTHING_DECLARED = { parameterTypes: undefined, castTypes: undefined }

/** Describes one statement. */
export class DescribeStatement extends DescribedExchange {
  readonly promise: Promise<Description>
  #description: Description | undefined
  #resolve!: (description: Description) => void
  #reject!: (error: unknown) => void

  constructor(text: string, registry: TypeRegistry) {
    super(new Describer(text, NOTHING_DECLARED, registry))
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** What is known by now, for a request that stands behind this one. */
  get description(): Description | undefined {
    return this.#description
  }

  /** Why there is no description. */
  get failure(): unknown {
    return this.error
  }

  protected override begin(description: Description): void {
    this.#description = description
    this.sync()
  }

  protected override onReply(type: number): void {
    unexpectedMessage(type, "the description of a statement")
  }

  protected override settle(error: unknown): void {
    if (error !== undefined) this.#reject(error)
    else if (this.#description === undefined) throw new ProtocolError("the server has not described the statement")
    else this.#resolve(this.#description)
  }

  protected override stopped(error: unknown): void {
    this.#reject(error)
  }
}
