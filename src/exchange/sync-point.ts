/**
 * A point in a pipeline up to which everything is one implicit transaction. Its promise settles when the server has
 * answered the Sync that stands there.
 */

/** The end of an implicit transaction. */
export class SyncPoint {
  /** Resolves when the server is there, rejects when the commit has failed. Nobody has to wait for it. */
  readonly promise: Promise<void>
  /** The Sync has been written. */
  isWritten = false
  #resolve!: () => void
  #reject!: (error: unknown) => void

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.promise.catch(() => {})
  }

  settle(error: unknown): void {
    if (error === undefined) this.#resolve()
    else this.#reject(error)
  }
}
