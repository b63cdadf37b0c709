/**
 * The line as an exchange inside another one sees it: who may write next, and where the Sync stands, is decided by the
 * outer exchange.
 */

import type { Encoder } from "../protocol/encoder.ts"
import type { Exchange, Line } from "./exchange.ts"

/** What the outer exchange decides. */
export interface LineOwner {
  hold(): void
  release(exchange: Exchange): void
  sync(): void
  send(): void
  endTurn(): void
  rerun(exchange: Exchange): void
  isCrowded(): boolean
  segment?(): object | undefined
}

/** A line whose order is somebody else's. */
export class DelegatedLine implements Line {
  readonly #line: Line
  readonly #owner: LineOwner

  constructor(line: Line, owner: LineOwner) {
    this.#line = line
    this.#owner = owner
  }

  get encoder(): Encoder {
    return this.#line.encoder
  }

  get server(): Line["server"] {
    return this.#line.server
  }

  get segment(): object | undefined {
    return this.#owner.segment?.() ?? this.#line.segment
  }

  get crowded(): boolean {
    return this.#owner.isCrowded()
  }

  hold(): void {
    this.#owner.hold()
  }

  sync(): void {
    this.#owner.sync()
  }

  send(): void {
    this.#owner.send()
  }

  flush(): void {
    this.#line.flush()
  }

  transmit(): void {
    this.#line.transmit()
  }

  get congested(): boolean {
    return this.#line.congested
  }

  pause(): void {
    this.#line.pause()
  }

  resume(): void {
    this.#line.resume()
  }

  release(exchange: Exchange): void {
    this.#owner.release(exchange)
  }

  endTurn(): void {
    this.#owner.endTurn()
  }

  rerun(exchange: Exchange): void {
    this.#owner.rerun(exchange)
  }

  abandon(reason: Error): void {
    this.#line.abandon(reason)
  }
}
