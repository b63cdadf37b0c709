/**
 * Between replies that come as fast as the server sends them and a caller who takes them as fast as he can: a queue with
 * a measure. Above it the reading of the socket stops, so memory stays bounded and the server waits; it goes on as soon
 * as the caller takes what there is.
 *
 *     push ──▶ [ item item item … ] ──take──▶ caller
 *                └─ limit: pause / resume
 */

/** Stops and starts what fills the queue. */
export interface Valve {
  pause(): void
  resume(): void
}

/** What is read ahead at most, in bytes as they came, apart from the rest of a chunk. */
const LIMIT = 256 * 1024

/** Items on their way to one caller. */
export class Flow<T> {
  #items: T[] = []
  #bytes = 0
  #state: "open" | "ended" | "discarded" = "open"
  #error: unknown
  #valve: Valve | undefined
  #paused = false
  #wake: (() => void) | undefined

  /** Gives the queue something to stop when it is full. */
  attach(valve: Valve): void {
    this.#valve = valve
  }

  /** True when nobody wants any more items. */
  get isDiscarded(): boolean {
    return this.#state === "discarded"
  }

  /** Adds an item that came as so many bytes. */
  push(item: T, bytes: number): void {
    if (this.#state !== "open") return
    this.#items.push(item)
    this.#bytes += bytes
    if (this.#bytes >= LIMIT && !this.#paused) this.#pause()
    this.#wakeUp()
  }

  /** No more items come. */
  end(): void {
    if (this.#state === "open") this.#state = "ended"
    this.#resume()
    this.#wakeUp()
  }

  /** No more items come, for a reason that is told behind those that have come. */
  fail(error: unknown): void {
    if (this.#state === "open") this.#error = error
    this.end()
  }

  /** Nothing is wanted any more, not even what has come. @param reason told to the caller, if he still asks */
  discard(reason?: unknown): void {
    if (this.#state === "discarded") return
    this.#state = "discarded"
    this.#error = reason
    this.#items = []
    this.#resume()
    this.#wakeUp()
  }

  /** Resolves with what has come, at least one item; with `undefined` at the end. Rejects with the failure, once. */
  async take(): Promise<T[] | undefined> {
    while (this.#items.length === 0) {
      if (this.#state !== "open") {
        const error = this.#error
        this.#error = undefined
        if (error !== undefined) throw error
        return undefined
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const items = this.#items
    this.#items = []
    this.#bytes = 0
    this.#resume()
    return items
  }

  #pause(): void {
    this.#paused = true
    this.#valve?.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#valve?.resume()
  }

  /** A chunk is decoded in one go, so who is woken by its first item finds them all. */
  #wakeUp(): void {
    const wake = this.#wake
    if (wake === undefined) return
    this.#wake = undefined
    wake()
  }
}
