/**
 * What stops a whole transaction before its time: a signal or a deadline. It stops every statement that is under way or
 * waits, whoever runs it; the transaction itself is told last, to roll back. One lasts over all attempts of a retry.
 *
 *     signal, timeout ──▶ statement, statement, … ──▶ transaction
 */

import { Stop } from "../../base/stop.ts"
import { TimeoutError } from "../../errors/client-error.ts"

/** Stops a transaction and its statements. */
export class TransactionStop {
  readonly #stop: Stop
  readonly #running: Set<Stop> = new Set()
  readonly #pauses = new AbortController()
  /** The transaction that is open. */
  onStopped: ((reason: unknown) => void) | undefined

  /** @param timeoutMs what the transaction may take, its retries included; 0 is for ever */
  constructor(signal: AbortSignal | undefined, timeoutMs: number | undefined) {
    this.#stop = new Stop(signal, timeoutMs || undefined, transactionTimeout)
    this.#stop.listen((reason) => this.#onStop(reason))
  }

  get isStopped(): boolean {
    return this.#stop.isStopped
  }

  /** Why it was stopped. */
  get reason(): unknown {
    return this.#stop.reason
  }

  /** Aborts with it: ends pauses. */
  get signal(): AbortSignal {
    return this.#pauses.signal
  }

  /** Has a statement stopped with the transaction. */
  adopt(stop: Stop): void {
    if (this.isStopped) stop.stop(this.reason)
    if (stop.isStopped) return
    this.#running.add(stop)
    stop.whenReleased(() => this.#running.delete(stop))
  }

  /** Nothing is left to be stopped. */
  dispose(): void {
    this.#stop.dispose()
  }

  #onStop(reason: unknown): void {
    this.#pauses.abort(reason)
    for (const stop of [...this.#running]) stop.stop(reason)
    this.onStopped?.(reason)
  }
}

function transactionTimeout(timeoutMs: number): TimeoutError {
  return new TimeoutError(`the transaction took longer than ${timeoutMs} ms and was rolled back`)
}
