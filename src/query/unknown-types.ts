/**
 * Which types of a described statement have to be looked up in the catalogs, and whether that must come first: before its
 * values are written and its rows are asked for.
 */

import type { Oid } from "../base/format.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Description } from "./statement.ts"

/** All types that nothing is known of, each once. */
export function unknownTypes({ unknownParameters, unknownFields }: Description): readonly Oid[] {
  return [...new Set([...unknownParameters, ...unknownFields])]
}

/** Whether a value cannot be written before its type was looked up. Text goes as it is to a type of any kind. */
export function lacksParameterTypes(
  values: readonly unknown[],
  { unknownParameters, parameterOids }: Description,
  registry: TypeRegistry,
): boolean {
  if (unknownParameters.length === 0) return false
  return values.some((value, i) => {
    if (value === null || !unknownParameters.includes(parameterOids[i]!)) return false
    return typeof value !== "string" || registry.hasCustom
  })
}

/** Whether columns of unknown types would be asked for in text that cannot be read back as the very value. */
export function lacksFieldFormats(
  { unknownFields }: Description,
  session: { readonly printsExactly: boolean },
): boolean {
  return unknownFields.length > 0 && !session.printsExactly
}
