/**
 * What stands in a hole of a fragment when it is neither a plain value nor a fragment: a value with the name of its
 * type, a value that is written into the text, a value that several holes share. Only this folder makes them.
 */

import { CompositionError } from "../errors/composition-error.ts"

/** A value with instructions. Holes with the same object become the same placeholder. */
export class Hole {
  readonly value: unknown
  /** The name of the type, checked, when the caller has given one. */
  readonly type: string | undefined
  /** True when the value is written into the text instead of bound. */
  readonly inline: boolean

  constructor(value: unknown, type: string | undefined, inline: boolean) {
    this.value = value
    this.type = type
    this.inline = inline
  }
}

const brand: unique symbol = Symbol.for("pgline.sql")

/** Gives a class the mark by which {@link isFragment} knows its objects; no data from outside can carry it. */
export function markAsFragment(prototype: object): void {
  Object.defineProperty(prototype, brand, { value: true })
}

/** True for a fragment, also one made by another copy of this library (ESM beside CommonJS). */
export function isFragment(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { readonly [brand]?: unknown })[brand] === true
}

/** Refuses a fragment, alone or in an array, where only a value makes sense. */
export function checkValue(value: unknown, place: string): void {
  if (isFragment(value)) throw new CompositionError(`${place} takes a value, got a fragment`)
  if (Array.isArray(value) && isFragment(value[0])) {
    throw new CompositionError(`${place} takes a value, got an array of fragments: use sql.join for a list`)
  }
}
