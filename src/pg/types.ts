/**
 * The parsers of result values, by type and format: the `pg-types` package where it is installed, because programs call
 * `setTypeParser` on that very object, else an equal registry of our own. The parsers that both begin with are known by
 * identity, so that the row decoder can do the same work on bytes.
 *
 * @see https://github.com/brianc/node-pg-types
 */

import { ArrayParser } from "./array-parser.ts"
import { binaryParsers } from "./binary-parsers.ts"
import { type BuiltinType, builtinOids } from "./builtin-oids.ts"
import { loadInstalled } from "./node-runtime.ts"
import { textParsers } from "./text-parsers.ts"

/** Text or binary, as `pg` names them. */
export type TypeFormat = "text" | "binary"

/** Makes a value of what the server sent: a string, or bytes in binary. */
// biome-ignore lint/suspicious/noExplicitAny: what a parser takes and gives is for who sets and who asks for it, as in @types/pg
export type TypeParser = (value: any) => any

/** What can be asked for parsers. */
export interface TypeParsers {
  getTypeParser(oid: number, format?: TypeFormat): TypeParser
}

/** A registry of parsers: the interface of `pg-types`. */
export interface PgTypes extends TypeParsers {
  /** Has values of a type made by a parser, in text unless a format is given. */
  setTypeParser(oid: number, parser: (value: string) => unknown): void
  setTypeParser(oid: number, format: "text", parser: (value: string) => unknown): void
  setTypeParser(oid: number, format: TypeFormat, parser: TypeParser): void
  /** Parses array literals. */
  readonly arrayParser: { create(source: string, transform?: (value: string | null) => unknown): ArrayParser }
  /** The OIDs of built-in types by upper-case name. */
  readonly builtins: Readonly<Record<BuiltinType, number>>
}

type Parsers = Record<number, TypeParser>

/** A registry of its own, with the parsers that `pg-types` begins with. */
export function createTypes(): PgTypes {
  const parsers: Record<string, Parsers> = { text: { ...textParsers }, binary: { ...binaryParsers } }
  return {
    getTypeParser: (oid, format) => parsers[format || "text"]?.[oid] ?? String,
    setTypeParser: (oid: number, format: TypeFormat | TypeParser, parser?: TypeParser) => {
      if (typeof format === "function") parsers["text"]![oid] = format
      else parsers[format]![oid] = parser!
    },
    arrayParser: { create: (source, transform) => new ArrayParser(source, transform) },
    builtins: builtinOids,
  }
}

const installed = loadInstalled("pg-types") as PgTypes | undefined

/** `pg.types`. */
export const types: PgTypes = installed ?? createTypes()

/** What `types` does with a type it has no parser for. */
const plain: TypeParser = types.getTypeParser(-1)
const originals: ReadonlyMap<number, TypeParser> = originalParsers()

/** Whether a parser is the one that came with the registry, so that its work may be done in another way. */
export function isOriginalParser(oid: number, parser: TypeParser): boolean {
  return originals.get(oid) === parser
}

/** Whether a parser leaves the text as it is. */
export function isPlainParser(parser: TypeParser): boolean {
  return parser === plain || parser === String
}

/** Programs may have changed the registry before we see it: what it began with is asked of where it comes from. */
function originalParsers(): Map<number, TypeParser> {
  if (installed === undefined) return new Map(Object.entries(textParsers).map(([oid, parser]) => [Number(oid), parser]))
  const found = new Map<number, TypeParser>()
  const source = loadInstalled("pg-types/lib/textParsers") as
    | { init?(register: (oid: number, parser: TypeParser) => void): void }
    | undefined
  source?.init?.((oid, parser) => found.set(oid, parser))
  return found
}
