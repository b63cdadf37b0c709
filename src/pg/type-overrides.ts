/**
 * A client's own parsers over those of everybody, or over a registry that its config brings along.
 *
 * @see https://node-postgres.com/features/types
 */

import type { Buffer } from "./node-runtime.ts"
import { type TypeFormat, type TypeParser, type TypeParsers, types } from "./types.ts"

type Overrides = Record<number, TypeParser>

/** Parsers by type that go before those of another registry. */
export class TypeOverrides implements TypeParsers {
  readonly _types: TypeParsers
  readonly text: Overrides
  readonly binary: Overrides

  constructor(userTypes?: TypeParsers | null) {
    this._types = userTypes || types
    this.text = {}
    this.binary = {}
  }

  /** The overrides of one format; an empty object for a format there is not. */
  getOverrides(format: TypeFormat): Overrides {
    if (format === "text") return this.text
    return format === "binary" ? this.binary : {}
  }

  /** Has values of a type made by a parser, in text unless a format is given. */
  setTypeParser<T>(oid: number, parser: (value: string) => T): void
  setTypeParser<T>(oid: number, format: "text", parser: (value: string) => T): void
  setTypeParser<T>(oid: number, format: "binary", parser: (value: Buffer) => T): void
  setTypeParser(oid: number, format: TypeFormat, parser: TypeParser): void
  setTypeParser(oid: number, format: TypeFormat | TypeParser, parser?: TypeParser): void {
    if (typeof format === "function") this.text[oid] = format
    else this.getOverrides(format)[oid] = parser!
  }

  /** The parser of a type's values. */
  getTypeParser(oid: number, format?: TypeFormat): TypeParser {
    const wanted = format || "text"
    return this.getOverrides(wanted)[oid] || this._types.getTypeParser(oid, wanted)
  }
}
