/**
 * Notices a peer that is gone while we wait for it. TCP keeps a half-open connection for hours, and a slow query looks
 * just like one: so after a while without a byte the same address is probed on a connection of its own, with an
 * SSLRequest that every server answers at once. A slow server answers; a dead network does not.
 *
 *     quiet ──written──▶ watching ──nothing came──▶ probing ──answered──▶ watching
 *       ▲                    └──all answered──▶ quiet   └──silent──▶ lost
 */

import { ConnectionError } from "../errors/client-error.ts"
import { Encoder } from "../protocol/encoder.ts"
import type { Transport } from "../transport/transport.ts"

/** What the watch needs of its link. */
export interface StallHost {
  /** Whether replies are awaited. */
  readonly isWaiting: boolean
  /** The peer is gone. */
  abandon(reason: Error): void
}

/** Opens a bare transport to the same address. */
export type ProbeDial = (signal: AbortSignal) => Promise<Transport>

const SILENCE: Error = new Error("the probe was not answered")
const UNREACHABLE: ReadonlySet<string> = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ETIMEDOUT"])

/** Watches one link for silence. */
export class StallWatch {
  readonly #host: StallHost
  readonly #dial: ProbeDial
  readonly #timeoutMs: number
  #state: "quiet" | "watching" | "probing" = "quiet"
  #heard = 0
  #heardBefore = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined

  /** @param timeoutMs how long a silence may last before the peer is probed, and how long the probe may take */
  constructor(host: StallHost, dial: ProbeDial, timeoutMs: number) {
    this.#host = host
    this.#dial = dial
    this.#timeoutMs = timeoutMs
  }

  /** Something was written: from now on the peer owes an answer. */
  onWritten(): void {
    if (this.#state !== "quiet") return
    this.#state = "watching"
    this.#arm()
  }

  /** Bytes came. */
  onHeard(): void {
    this.#heard++
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
    this.#state = "quiet"
  }

  #arm(): void {
    this.#heardBefore = this.#heard
    this.#timer = setTimeout(() => this.#check(), this.#timeoutMs)
    this.#timer.unref?.() // it is the socket that keeps the process alive
  }

  #check(): void {
    if (!this.#host.isWaiting) this.#state = "quiet"
    else if (this.#heard !== this.#heardBefore) this.#arm()
    else this.#probe()
  }

  #probe(): void {
    this.#state = "probing"
    const abort = new AbortController()
    this.#abort = abort
    const timer = setTimeout(() => abort.abort(SILENCE), this.#timeoutMs)
    this.#ask(abort.signal)
      .then(
        () => {
          if (this.#state !== "probing") return
          this.#state = "watching"
          this.#arm()
        },
        (error: Error) => this.#onFailure(error),
      )
      .finally(() => clearTimeout(timer))
  }

  /** Resolves as soon as the peer says anything at all, if only goodbye. */
  async #ask(signal: AbortSignal): Promise<void> {
    const transport = await this.#dial(signal)
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
        transport.handler = { onData: () => resolve(), onDrain: () => {}, onClose: () => resolve() }
        const encoder = new Encoder()
        encoder.sslRequest()
        transport.write(encoder.writer.take())
      })
    } finally {
      transport.destroy()
    }
  }

  #onFailure(cause: Error): void {
    if (this.#state !== "probing") return
    if (this.#heard === this.#heardBefore && isSilence(cause)) {
      const reason = `the server has not answered for ${(2 * this.#timeoutMs) / 1000} s and cannot be reached any more`
      this.#host.abandon(new ConnectionError(reason, { cause }))
      return
    }
    this.#state = "watching"
    this.#arm()
  }
}

/** A refusal comes from a living host, and running out of sockets here says nothing about it. */
function isSilence(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause === SILENCE || UNREACHABLE.has((cause as { readonly code?: string }).code ?? "")) return true
  }
  return false
}
