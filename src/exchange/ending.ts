/**
 * When an exchange is over on the wire, whoever has given it up before: a caller who breaks off wants to know when the
 * connection is free again.
 *
 *     unsent ──sent──▶ sent ──fail──▶ given up ──answered, or failed again──▶ over
 *        └──fail──▶ over    └──answered──▶ over
 */

/** The end of one exchange. A link that dies fails an exchange that was given up a second time. */
export class Ending {
  /** Resolves when no reply is to come any more. */
  readonly over: Promise<void>
  #state: "unsent" | "sent" | "given up" | "over" = "unsent"
  #resolve!: () => void

  constructor() {
    this.over = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** True until it is answered, given up or failed. */
  get isOpen(): boolean {
    return this.#state === "unsent" || this.#state === "sent"
  }

  /** The request was written. */
  sent(): void {
    if (this.#state === "unsent") this.#state = "sent"
  }

  /** The last reply has come. */
  answered(): void {
    this.#state = "over"
    this.#resolve()
  }

  /** Nobody waits for the result any more, or there will be none. */
  failed(): void {
    if (this.#state === "sent") this.#state = "given up"
    else this.answered()
  }
}
