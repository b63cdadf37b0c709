/**
 * The parameter types that a caller has declared by name, as the OIDs that Parse takes; 0 leaves one to the server.
 */

import type { Oid } from "../base/format.ts"
import { UsageError } from "../errors/client-error.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Query } from "./query.ts"

const NO_OIDS: readonly Oid[] = []
const NO_NAMES: readonly string[] = []

/** The declared types whose OIDs nobody knows yet. Casts do without: they stand in the text as well. */
export function unknownTypeNames(
  { parameterTypes }: Pick<Query, "parameterTypes">,
  registry: TypeRegistry,
): readonly string[] {
  if (parameterTypes === undefined) return NO_NAMES
  return parameterTypes.filter((name) => name !== undefined && registry.oidOf(name) === undefined) as string[]
}

/** The declared types by position. @throws UsageError for a name that nothing is known of */
export function declaredOids(
  { parameterTypes, castTypes }: Pick<Query, "parameterTypes" | "castTypes">,
  registry: TypeRegistry,
): readonly Oid[] {
  if (parameterTypes !== undefined)
    return parameterTypes.map((name) => (name === undefined ? 0 : oidOf(name, registry)))
  // A cast that stands in the text says the same, so an unknown name does no harm.
  if (castTypes !== undefined) return castTypes.map((name) => (name && registry.oidOf(name)) || 0)
  return NO_OIDS
}

function oidOf(name: string, registry: TypeRegistry): Oid {
  const oid = registry.oidOf(name)
  if (oid !== undefined) return oid
  throw new UsageError(`parameterTypes: the type ${JSON.stringify(name)} is not known`, { safeToRetry: true })
}
