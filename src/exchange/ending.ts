/**
 * When an exchange is over on the wire, whoever has given it up before: a caller who breaks off wants to know when the
 * connection is free again.
 *
 *     open ──give up──▶ given up ──over──▶ over
 *       └────────────over───────────────────▲
 */

/** The end of one exchange. */
export class Ending {
  /** Resolves when no reply is to come any more. */
  readonly over: Promise<void>
  #state: "open" | "given up" | "over" = "open"
  #resolve!: () => void

  constructor() {
    this.over = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** True until it is over or given up. */
  get isOpen(): boolean {
    return this.#state === "open"
  }

  /** Nobody waits for the result any more. */
  giveUp(): void {
    if (this.#state === "open") this.#state = "given up"
  }

  /** The last reply has come, or there will be none. */
  end(): void {
    this.#state = "over"
    this.#resolve()
  }
}
