/**
 * A map bounded in entries that forgets what was used longest ago. Built on Map, which keeps insertion order: the first
 * key is always the oldest.
 */

/** A bounded map; reading an entry makes it the newest. */
export class LruMap<K, V> {
  readonly #entries: Map<K, V> = new Map()
  readonly #capacity: number
  #newest: K | undefined

  /** @param capacity the most entries to keep; 0 keeps none */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined && key !== this.#newest) {
      this.#entries.delete(key)
      this.#entries.set(key, value)
      this.#newest = key
    }
    return value
  }

  /** Adds an entry and returns the value that had to leave for it, if one had to. */
  set(key: K, value: V): V | undefined {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#newest = key
    return this.#entries.size <= this.#capacity ? undefined : this.evict()
  }

  /** Takes the oldest entry out, if there is one. */
  evict(): V | undefined {
    const oldest = this.#entries.entries().next().value
    if (oldest === undefined) return undefined
    this.delete(oldest[0])
    return oldest[1]
  }

  delete(key: K): void {
    this.#entries.delete(key)
    this.#newest = undefined
  }

  values(): IterableIterator<V> {
    return this.#entries.values()
  }
}
