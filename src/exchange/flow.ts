/**
 * Between replies that come as fast as the server sends them and a caller who takes them as fast as he can: a queue with
 * a measure. Above it the reading of the socket stops, so memory stays bounded and the server waits; it goes on as soon
 * as the caller takes what there is. It also stops for a moment where reading in gulps is cheaper.
 *
 *     push ──▶ [ item item item … ] ──take──▶ caller
 *                └─ limit: pause / resume
 *
 *     flowing ──limit──▶ full ──take──▶ flowing
 *        └──────due──▶ gulping ──1 ms──▶ flowing         gulping ──limit──▶ full
 */

import { GULP_MS, Gulps } from "./gulps.ts"

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
  #reading: "flowing" | "full" | "gulping" = "flowing"
  readonly #gulps = new Gulps()
  #gulp: ReturnType<typeof setTimeout> | undefined
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
    if (this.#bytes >= LIMIT && this.#reading !== "full") this.#pause("full")
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
    const bytes = this.#bytes
    this.#items = []
    this.#bytes = 0
    if (this.#reading === "full") this.#resume()
    if (this.#state === "open" && this.#reading === "flowing" && this.#gulps.isDue(bytes)) this.#pauseForAGulp()
    return items
  }

  #pauseForAGulp(): void {
    this.#pause("gulping")
    this.#gulp = setTimeout(() => this.#resume(), GULP_MS)
  }

  #pause(reading: "full" | "gulping"): void {
    clearTimeout(this.#gulp)
    if (this.#reading === "flowing") this.#valve?.pause()
    this.#reading = reading
  }

  #resume(): void {
    if (this.#reading === "flowing") return
    clearTimeout(this.#gulp)
    this.#reading = "flowing"
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
