/**
 * What is known of a database's types: the built-in ones and those that were learnt from its catalogs. One is shared by
 * all connections of a pool, so that each type is looked up once. Knows names, OIDs and structure, but no codecs.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-type.html
 */

import type { Oid } from "../base/format.ts"
import type { CompositeAttribute } from "./composite.ts"
import { builtinTypes } from "./oids.generated.ts"
import { parseTypeName } from "./type-name.ts"

interface TypeHead {
  readonly oid: Oid
  /** `pg_type.typname`. */
  readonly name: string
  readonly schema: string
  /** `pg_type.typarray`, 0 when there are no arrays of it. */
  readonly arrayOid: Oid
  /** `pg_type.typdelim`; a comma when left out. */
  readonly delimiter?: string
}

/** One type as the catalogs describe it. */
export type TypeDescription =
  | (TypeHead & { readonly kind: "base" })
  | (TypeHead & { readonly kind: "enum"; readonly labels: readonly string[] })
  | (TypeHead & { readonly kind: "domain"; readonly baseOid: Oid })
  | (TypeHead & { readonly kind: "composite"; readonly attributes: readonly CompositeAttribute[] })
  | (TypeHead & { readonly kind: "range"; readonly subtypeOid: Oid })
  | (TypeHead & { readonly kind: "multirange"; readonly rangeOid: Oid })

/** The schema of the built-in types. */
export const PG_CATALOG = "pg_catalog"

const builtins: readonly TypeDescription[] = builtinTypes.map(([oid, name, arrayOid, kind, , delimiter, related]) => {
  const head = { oid, name, schema: PG_CATALOG, arrayOid, delimiter }
  if (kind === "r") return { ...head, kind: "range", subtypeOid: related }
  return kind === "m" ? { ...head, kind: "multirange", rangeOid: related } : { ...head, kind: "base" }
})

/** The types of one database, by OID and by name. */
export class KnownTypes {
  readonly #byOid: Map<Oid, TypeDescription> = new Map()
  readonly #elementOids: Map<Oid, Oid> = new Map()
  readonly #byName: Map<string, TypeDescription> = new Map()
  readonly #byQualifiedName: Map<string, TypeDescription> = new Map()
  #generation = 0
  #variants = 0

  constructor() {
    for (const type of builtins) this.#add(type)
  }

  /** Changes whenever a type is learnt. */
  get generation(): number {
    return this.#generation
  }

  /** A number that no other registry over these types has: what tells their versions apart. */
  nextVariant(): number {
    return ++this.#variants
  }

  /** Takes types in. One that was dropped and made again replaces its namesake. */
  learn(types: Iterable<TypeDescription>): void {
    for (const type of types) this.#add(type)
    this.#generation++
  }

  /** The type with this OID, unless it is an array or unknown. */
  type(oid: Oid): TypeDescription | undefined {
    return this.#byOid.get(oid)
  }

  /** The type of the elements, when the OID is that of an array type. */
  elementOid(arrayOid: Oid): Oid | undefined {
    return this.#elementOids.get(arrayOid)
  }

  /** Whether a built-in type has this name. */
  isBuiltin(name: string): boolean {
    return this.#byName.get(name)?.schema === PG_CATALOG
  }

  /** The OID of a type by its SQL name; without a schema, a built-in type comes before one of the same name. */
  oidOf(sqlName: string): Oid | undefined {
    const parsed = parseTypeName(sqlName)
    if (parsed === undefined) return undefined
    const { schema, name, isArray } = parsed
    const type = this.#find(schema, name)
    if (type !== undefined) return isArray ? type.arrayOid || undefined : type.oid
    const element = !isArray && name.startsWith("_") ? this.#find(schema, name.slice(1)) : undefined
    return element?.arrayOid || undefined
  }

  #find(schema: string | undefined, name: string): TypeDescription | undefined {
    return schema === undefined ? this.#byName.get(name) : this.#byQualifiedName.get(qualifiedName(schema, name))
  }

  #add(type: TypeDescription): void {
    this.#byOid.set(type.oid, type)
    if (type.arrayOid !== 0) this.#elementOids.set(type.arrayOid, type.oid)
    this.#byQualifiedName.set(qualifiedName(type.schema, type.name), type)
    const namesake = this.#byName.get(type.name)
    if (namesake === undefined || namesake.schema !== PG_CATALOG || type.schema === PG_CATALOG) {
      this.#byName.set(type.name, type)
    }
  }
}

/** A type's name with its schema, as a key. */
export function qualifiedName(schema: string, name: string): string {
  return `${schema}\0${name}`
}
