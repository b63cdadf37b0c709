/**
 * Lists of fragments and values: joined parts, rows for `values`, assignments for `set`, conditions. A list without
 * elements is refused: PostgreSQL's grammar has no place for one, and what the caller means by it is anybody's guess.
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { expectFragment, PLAIN_TEXT, Sql, textFragment } from "./fragment.ts"
import { quoteIdentifier } from "./quote.ts"

/** Separators that may be given as a string: none can change what its neighbours are. */
const SEPARATOR = /^\s*(?:,|and|or|union|union\s+all|intersect|except|\|\||\+|\*|\.)?\s*$/i

/** The parts with a separator between each two. */
export function join(parts: Iterable<Sql>, separator: Sql | string = ", "): Sql {
  const list = fragments(parts, "sql.join")
  if (list.length === 0) throw new CompositionError("sql.join got no parts")
  return interleave(
    list,
    typeof separator === "string" ? textSeparator(separator) : expectFragment(separator, "a separator"),
  )
}

/** Conditions of which all have to hold, each in parentheses. */
export function and(conditions: readonly (Sql | Iterable<Sql>)[]): Sql {
  return connect("sql.and", conditions, " and ")
}

/** Conditions of which one has to hold, each in parentheses. */
export function or(conditions: readonly (Sql | Iterable<Sql>)[]): Sql {
  return connect("sql.or", conditions, " or ")
}

/** Rows as in `insert … values` or `from (values …)`: `($1, $2), ($3, $4)`. */
export function values(rows: Iterable<readonly unknown[]>): Sql {
  const strings: string[] = []
  const holes: unknown[] = []
  let text = ""
  let width = -1
  let count = 0
  for (const row of iterate(rows, "sql.values")) {
    if (!Array.isArray(row)) throw new CompositionError(`sql.values takes rows as arrays, got ${describeValue(row)}`)
    if (row.length === 0) throw new CompositionError("sql.values got a row without columns")
    if (width === -1) width = row.length
    else if (row.length !== width) {
      throw new CompositionError(`sql.values: row ${count + 1} has ${row.length} columns, those before it ${width}`)
    }
    text += count++ === 0 ? "(" : ", ("
    for (let column = 0; column < width; column++) {
      strings.push(column === 0 ? text : ", ")
      holes.push(row[column])
    }
    text = ")"
  }
  if (count === 0) throw new CompositionError("sql.values got no rows")
  strings.push(text)
  return new Sql(strings, holes, PLAIN_TEXT)
}

/** Assignments as in `update … set` or `on conflict … do update set`: `"a" = $1, "b" = $2`. */
export function set(record: Readonly<Record<string, unknown>>): Sql {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new CompositionError(`sql.set takes an object of columns and values, got ${describeValue(record)}`)
  }
  const entries = Object.entries(record)
  if (entries.length === 0) throw new CompositionError("sql.set got no columns")
  const strings: string[] = []
  for (const [column, value] of entries) {
    if (value === undefined) {
      throw new CompositionError(`sql.set: ${quoteIdentifier(column)} is undefined: use null, or leave the column out`)
    }
    strings.push(`${strings.length === 0 ? "" : ", "}${quoteIdentifier(column)} = `)
  }
  strings.push("")
  return new Sql(
    strings,
    entries.map(([, value]) => value),
    PLAIN_TEXT,
  )
}

function connect(place: string, conditions: readonly (Sql | Iterable<Sql>)[], word: string): Sql {
  const list = conditions.flatMap((item) => (isIterable(item) ? fragments(item, place) : [expectFragment(item, place)]))
  if (list.length === 0) {
    throw new CompositionError(`${place} got no conditions: begin the list with sql\`true\` or sql\`false\``)
  }
  const wrapped = list.map((item) => new Sql(["(", ")"], [item], PLAIN_TEXT))
  const joined = interleave(wrapped, textFragment(word))
  return wrapped.length === 1 ? joined : new Sql(["(", ")"], [joined], PLAIN_TEXT)
}

function interleave(parts: readonly Sql[], separator: Sql): Sql {
  const holes = parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]))
  return new Sql(new Array<string>(holes.length + 1).fill(""), holes, PLAIN_TEXT)
}

function fragments(parts: Iterable<unknown>, place: string): Sql[] {
  return Array.from(iterate(parts, place), (part) => expectFragment(part, place))
}

function textSeparator(separator: string): Sql {
  if (!SEPARATOR.test(separator)) {
    throw new CompositionError("sql.join takes simple separators only as a string: write others as sql`…`")
  }
  return textFragment(separator)
}

function iterate<T>(items: Iterable<T>, place: string): Iterable<T> {
  if (typeof items === "string" || !isIterable(items)) {
    throw new CompositionError(`${place} takes an array, got ${describeValue(items)}`)
  }
  return items
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value
}
