/**
 * Promises that wait until something is so: they are looked at again whenever the pool has changed.
 */

/** Waits for conditions. */
export class Conditions {
  readonly #waiting: Set<() => void> = new Set()

  /** Resolves when the condition holds, at once if it does already. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isSo()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** Something has changed. */
  recheck(): void {
    if (this.#waiting.size === 0) return // as nearly always: no iterator is made
    for (const check of this.#waiting) check()
  }
}
