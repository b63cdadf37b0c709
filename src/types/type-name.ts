/**
 * Type names as people write them in SQL → names as `pg_type.typname` has them: "character varying(20)[]" is an array of
 * varchar, `app."Order State"` is a type in a schema. Lengths and precisions are dropped; they are no part of a type.
 *
 * @see https://www.postgresql.org/docs/current/datatype.html#DATATYPE-TABLE
 */

/** A type's name taken apart. */
export interface TypeName {
  readonly schema: string | undefined
  readonly name: string
  /** Whether arrays of it are meant, of any number of dimensions. */
  readonly isArray: boolean
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["bigint", "int8"],
  ["smallint", "int2"],
  ["int", "int4"],
  ["integer", "int4"],
  ["boolean", "bool"],
  ["real", "float4"],
  ["float", "float8"],
  ["double precision", "float8"],
  ["decimal", "numeric"],
  ["dec", "numeric"],
  ["char", "bpchar"],
  ["character", "bpchar"],
  ["nchar", "bpchar"],
  ["national char", "bpchar"],
  ["national character", "bpchar"],
  ["char varying", "varchar"],
  ["character varying", "varchar"],
  ["nchar varying", "varchar"],
  ["national char varying", "varchar"],
  ["national character varying", "varchar"],
  ["bit varying", "varbit"],
  ["timestamp without time zone", "timestamp"],
  ["timestamp with time zone", "timestamptz"],
  ["time without time zone", "time"],
  ["time with time zone", "timetz"],
])

const ARRAY = /(?:\s*\[\s*\d*\s*\])+$|\s+array(?:\s*\[\s*\d*\s*\])?$/i
const MODIFIER = /\s*\([\d\s,-]*\)/
const FLOAT_PRECISION = /^float\s*\(\s*(\d+)\s*\)$/i
const IDENTIFIER = /"((?:[^"]|"")+)"|([^."]+)/y

/** Takes a type's name apart; undefined when it cannot be one. */
export function parseTypeName(text: string): TypeName | undefined {
  const trimmed = text.trim()
  const bare = trimmed.replace(ARRAY, "")
  const isArray = bare.length !== trimmed.length
  const precision = FLOAT_PRECISION.exec(bare)
  if (precision) return { schema: undefined, name: Number(precision[1]) <= 24 ? "float4" : "float8", isArray }
  const parts = identifiersOf(bare)
  if (parts === undefined || parts.length > 2) return undefined
  const [last, first] = [parts[parts.length - 1]!, parts.length === 2 ? parts[0] : undefined]
  const name = last.quoted || first !== undefined ? last.text : (ALIASES.get(last.text) ?? last.text)
  return { schema: first?.text, name, isArray }
}

/** The server folds no other letters. */
function lower(letters: string): string {
  return letters.toLowerCase()
}

interface Identifier {
  readonly text: string
  readonly quoted: boolean
}

/** The dotted parts of a name: quoted ones as they are, others folded to lower case with single blanks. */
function identifiersOf(text: string): Identifier[] | undefined {
  const parts: Identifier[] = []
  for (let at = 0; ; at++) {
    IDENTIFIER.lastIndex = at
    const match = IDENTIFIER.exec(text)
    if (match === null) return undefined
    const [all, quoted, plain] = match
    if (quoted !== undefined) parts.push({ text: quoted.replaceAll('""', '"'), quoted: true })
    else {
      const folded = plain!
        .replace(MODIFIER, " ")
        .trim()
        .replace(/\s+/g, " ")
        .replace(/[A-Z]+/g, lower)
      if (folded === "") return undefined
      parts.push({ text: folded, quoted: false })
    }
    at += all.length
    if (at === text.length) return parts
    if (text[at] !== ".") return undefined
  }
}
