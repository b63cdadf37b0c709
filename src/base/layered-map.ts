/**
 * A map over another one that many share: what is set here hides what the shared one says, and costs nobody else
 * anything. What is deleted here shows the shared one's again.
 */

/** A map's own entries in front of shared ones. */
export class LayeredMap<K, V> {
  readonly #shared: ReadonlyMap<K, V>
  readonly #own: Map<K, V> = new Map()

  constructor(shared: ReadonlyMap<K, V>) {
    this.#shared = shared
  }

  get(key: K): V | undefined {
    return this.#own.get(key) ?? this.#shared.get(key)
  }

  has(key: K): boolean {
    return this.#own.has(key) || this.#shared.has(key)
  }

  set(key: K, value: V): void {
    this.#own.set(key, value)
  }

  delete(key: K): void {
    this.#own.delete(key)
  }

  /** The values that were set here. */
  ownValues(): Iterable<V> {
    return this.#own.values()
  }
}
