/**
 * Puts a flattened fragment together: pieces of text with a slot between each two of them become one text with `$1`…`$n`,
 * or one with every value written into it.
 *
 *     pieces   "select " | " + " | ""
 *     slots            a     b
 *
 * A typed value is cast where it stands, `($1::int8[])`: so the text says everything, the server infers nothing else, and
 * the same text is the same statement. Its name is in `types` as well, for who knows the OID before the server tells.
 */

import { CompositionError } from "../errors/composition-error.ts"
import { inlineLiteral, type LiteralOf } from "./literal.ts"

/** The number of parameters that Bind can carry. */
export const MAX_PARAMETERS = 65535

/** One value between two pieces. */
export interface Slot {
  readonly value: unknown
  readonly type: string | undefined
  readonly inline: boolean
  /** Slots with the same identity are one parameter. */
  readonly identity: object | undefined
}

/** A tree of fragments laid flat. `pieces` has one element more than `slots`. */
export interface FlatSql {
  readonly pieces: string[]
  readonly slots: Slot[]
  /** True when the text has placeholders of its own, which bound values would collide with. */
  ownParameters: boolean
  /** True when a setting of the session decides where strings end: then no value may be written into the text. */
  ambiguous: boolean
}

/** What goes to the server. */
export interface CompiledSql {
  /** The statement with `$1`…`$n`. */
  readonly text: string
  /** The values, in the order of their numbers. */
  readonly values: readonly unknown[]
  /** The type's name for each value that has got one by `sql.param`; undefined when none has. */
  readonly types: readonly (string | undefined)[] | undefined
}

/** The text with placeholders and the values for them. */
export function assemble(flat: FlatSql, literalOf?: LiteralOf): CompiledSql {
  const values: unknown[] = []
  const types: (string | undefined)[] = []
  const numbers = new Map<object, number>()
  let typed = false
  const text = fill(flat, (before, slot, after) => {
    if (slot.inline) return inline(flat, before, slot, after, literalOf)
    let number = slot.identity && numbers.get(slot.identity)
    if (number === undefined) {
      number = values.push(slot.value)
      types.push(slot.type)
      typed ||= slot.type !== undefined
      if (slot.identity) numbers.set(slot.identity, number)
    }
    return slot.type === undefined ? placeholder(before, number, after) : `($${number}::${slot.type})`
  })
  if (values.length > MAX_PARAMETERS) throw new CompositionError(tooManyParameters(values.length))
  if (values.length > 0 && flat.ownParameters) throw new CompositionError(OWN_PARAMETERS)
  return { text, values, types: typed ? types : undefined }
}

/** The text with every value written into it. */
export function assembleInline(flat: FlatSql, literalOf?: LiteralOf): string {
  if (flat.slots.length > 0 && flat.ownParameters) throw new CompositionError(OWN_PARAMETERS)
  return fill(flat, (before, slot, after) => inline(flat, before, slot, after, literalOf))
}

/** Joins the pieces with what `render` makes of each slot, given the text right before it and the piece behind it. */
function fill(flat: FlatSql, render: (before: string, slot: Slot, after: string) => string): string {
  const { pieces, slots } = flat
  const chunks = [pieces[0]!]
  let before = pieces[0]!
  for (const [index, slot] of slots.entries()) {
    const after = pieces[index + 1]!
    const rendered = render(before, slot, after)
    chunks.push(rendered, after)
    before = after === "" ? rendered : after
  }
  return chunks.join("")
}

/** What to say when a text has placeholders of its own beside bound values. */
export const OWN_PARAMETERS = "the text has its own $1 beside bound values: write all of them in one way"

/** What to say when there are more values than Bind can carry. */
export function tooManyParameters(count: number): string {
  return `${count} parameters: a statement can have ${MAX_PARAMETERS} at most`
}

/** What to say when a placeholder would become part of a word. */
export function touchesWord(number: number): string {
  return `the value for $${number} touches a word: put a space between them`
}

function inline(flat: FlatSql, before: string, slot: Slot, after: string, literalOf: LiteralOf | undefined): string {
  if (flat.ambiguous) {
    throw new CompositionError(
      "with a literal in it, the text can't have a backslash before a quote: write E'…' strings",
    )
  }
  return inlineLiteral(before, slot.value, slot.type, after, literalOf)
}

function placeholder(before: string, number: number, after: string): string {
  if (/^[\w$\u0080-\uffff]/.test(before.slice(-1)) || /^[\w\u0080-\uffff]/.test(after)) {
    throw new CompositionError(touchesWord(number))
  }
  return `$${number}`
}
