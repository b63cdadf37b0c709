/**
 * A FIFO in a ring whose size is a power of two: constant time at both ends, no garbage but the rare growth.
 *
 *     [ . . c d e . . . ]
 *           ▲     ▲
 *           head  head + size
 */

/** A first-in, first-out queue. */
export class Deque<T> {
  #ring: (T | undefined)[] = new Array(16)
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The item that is next, without taking it. */
  peek(): T | undefined {
    return this.#ring[this.#head]
  }

  push(item: T): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = item
    this.#size++
  }

  /** Puts an item before all others. */
  unshift(item: T): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#ring.length - 1)
    this.#ring[this.#head] = item
    this.#size++
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#size--
    return item
  }

  /** Takes one item out of the middle; true when it was there. */
  remove(item: T): boolean {
    const ring = this.#ring
    const mask = ring.length - 1
    let place = 0
    while (place < this.#size && ring[(this.#head + place) & mask] !== item) place++
    if (place === this.#size) return false
    // Those before it move up: where many are taken out, it is from the front.
    for (; place > 0; place--) ring[(this.#head + place) & mask] = ring[(this.#head + place - 1) & mask]
    this.shift()
    return true
  }

  /** Takes all items out, in order. */
  drain(): T[] {
    const items: T[] = []
    for (let item = this.shift(); item !== undefined; item = this.shift()) items.push(item)
    return items
  }

  #grow(): void {
    const grown: (T | undefined)[] = new Array(this.#ring.length * 2)
    for (let i = 0; i < this.#size; i++) grown[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)]
    this.#ring = grown
    this.#head = 0
  }
}
