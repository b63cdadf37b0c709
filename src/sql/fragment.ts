/**
 * An immutable piece of SQL: text with holes, and what is in the holes. It has no connection, sends nothing, and what it
 * shows when logged is the text with placeholders, never a value.
 */

import { CompositionError } from "../errors/composition-error.ts"
import { assemble, type CompiledSql, type FlatSql } from "./assemble.ts"
import { checkValue, Hole, isFragment, markAsFragment } from "./hole.ts"

/** What is known about a fragment's own text. */
export interface TextFacts {
  /** True when the text itself contains placeholders such as `$1`. */
  readonly ownParameters: boolean
  /** True when the text ends in a comment that would swallow what follows on the same line. */
  readonly endsInComment: boolean
  /** True when a setting of the session decides where the text's strings end. */
  readonly ambiguous: boolean
}

/** The facts about text that this library has written. */
export const PLAIN_TEXT: TextFacts = { ownParameters: false, endsInComment: false, ambiguous: false }

/** A piece of SQL, made by the `sql` tag and its methods. Fragments nest; whatever else is in a hole is a bound value. */
export class Sql {
  readonly #strings: readonly string[]
  readonly #holes: readonly unknown[]
  readonly #facts: TextFacts
  #compiled: CompiledSql | undefined

  /** @internal Use the `sql` tag: it checks the text. */
  constructor(strings: readonly string[], holes: readonly unknown[], facts: TextFacts, compiled?: CompiledSql) {
    this.#strings = strings
    this.#holes = holes
    this.#facts = facts
    this.#compiled = compiled
  }

  static {
    markAsFragment(this.prototype)
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: inspectFragment })
  }

  /** The statement with placeholders `$1`…`$n`. */
  get text(): string {
    return this.compile().text
  }

  /** The values for the placeholders, in their order. */
  get values(): readonly unknown[] {
    return this.compile().values
  }

  /** Text, values and declared types; computed once. */
  compile(): CompiledSql {
    this.#compiled ??= assemble(this.flatten())
    return this.#compiled
  }

  /** @internal The whole tree laid flat. */
  flatten(): FlatSql {
    const flat: FlatSql = { pieces: [""], slots: [], ownParameters: false, ambiguous: false }
    this.appendTo(flat)
    return flat
  }

  /** @internal Adds this fragment to a flat one. */
  appendTo(flat: FlatSql): void {
    const { pieces, slots } = flat
    flat.ownParameters ||= this.#facts.ownParameters
    flat.ambiguous ||= this.#facts.ambiguous
    for (const [index, string] of this.#strings.entries()) {
      pieces[pieces.length - 1] += string
      if (index === this.#holes.length) break
      const hole = this.#holes[index]
      if (isFragment(hole)) {
        ;(hole as Sql).appendTo(flat)
        continue
      }
      if (hole instanceof Hole) {
        slots.push({ value: hole.value, type: hole.type, inline: hole.inline, identity: hole })
      } else {
        checkValue(hole, "a placeholder")
        slots.push({ value: hole, type: undefined, inline: false, identity: undefined })
      }
      pieces.push("")
    }
    if (this.#facts.endsInComment) pieces[pieces.length - 1] += "\n"
  }

  /** The text with placeholders; the values are not shown. */
  toString(): string {
    return this.text
  }

  /** Nothing: a fragment among the values of a `jsonb` is a mistake, and is refused as what has no JSON form. */
  toJSON(): undefined {
    return undefined
  }
}

/** What `console.log` shows; it must not throw, whatever was composed. */
function inspectFragment(this: Sql): string {
  try {
    return `Sql { ${this.text} }`
  } catch (error) {
    return `Sql { ${String(error)} }`
  }
}

/** The value as a fragment, or an error that names the place. */
export function expectFragment(value: unknown, place: string): Sql {
  if (!isFragment(value)) {
    throw new CompositionError(
      `${place} takes fragments: write sql\`…\` around text and sql\`\${value}\` around a value`,
    )
  }
  return value as Sql
}

/** A fragment of text that this library has written, without holes. */
export function textFragment(text: string): Sql {
  return new Sql([text], [], PLAIN_TEXT)
}
