/**
 * What is known of a database's types: the built-in ones and those that were learnt from its catalogs. One is shared by
 * all connections of a pool, so that each type is looked up once. Knows names, OIDs and structure, but no codecs.
 *
 *     unknown ──learn──▶ known ──forget──▶ unknown        unknown ──learnMissing──▶ missing
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-type.html
 */

import type { Oid } from "../base/format.ts"
import { LayeredMap } from "../base/layered-map.ts"
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
  | (TypeHead & {
      readonly kind: "base"
      /** False when the server has no binary form of it. */
      readonly hasBinary?: boolean
    })
  | (TypeHead & { readonly kind: "enum"; readonly labels: readonly string[] })
  | (TypeHead & { readonly kind: "domain"; readonly baseOid: Oid })
  | (TypeHead & { readonly kind: "composite"; readonly attributes: readonly CompositeAttribute[] })
  | (TypeHead & { readonly kind: "range"; readonly subtypeOid: Oid })
  | (TypeHead & { readonly kind: "multirange"; readonly rangeOid: Oid })

/** The schema of the built-in types. */
export const PG_CATALOG = "pg_catalog"

/** The built-in types by all that they are looked up by. */
interface BuiltinTypes {
  readonly byOid: ReadonlyMap<Oid, TypeDescription>
  readonly elementOids: ReadonlyMap<Oid, Oid>
  readonly byName: ReadonlyMap<string, TypeDescription>
  readonly byQualifiedName: ReadonlyMap<string, TypeDescription>
}

let builtinMaps: BuiltinTypes | undefined

/** Made when the first connection needs them, and shared by all. */
function builtins(): BuiltinTypes {
  builtinMaps ??= mapBuiltins()
  return builtinMaps
}

function mapBuiltins(): BuiltinTypes {
  const types = builtinTypes.map(([oid, name, arrayOid, kind, , delimiter, related]): TypeDescription => {
    const head = { oid, name, schema: PG_CATALOG, arrayOid, delimiter }
    if (kind === "r") return { ...head, kind: "range", subtypeOid: related }
    return kind === "m" ? { ...head, kind: "multirange", rangeOid: related } : { ...head, kind: "base" }
  })
  return {
    byOid: new Map(types.map((type) => [type.oid, type])),
    elementOids: new Map(types.filter((type) => type.arrayOid !== 0).map((type) => [type.arrayOid, type.oid])),
    byName: new Map(types.map((type) => [type.name, type])),
    byQualifiedName: new Map(types.map((type) => [qualifiedName(type.schema, type.name), type])),
  }
}

/** A trip to the catalogs that is under way, for others who need the same. */
export interface PendingLookup {
  /** The types it asks about. */
  readonly oids: ReadonlySet<Oid>
  /** The connection it runs on. */
  readonly connection: object
  /** Whether nothing stands before it on its connection, so that others may wait for it without a risk. */
  readonly isNext: boolean
  /** Called when it is over, however it ended. */
  readonly onOver: (() => void)[]
}

/** The types of one database, by OID and by name. */
export class KnownTypes {
  /** Trips to the catalogs that are under way. */
  readonly lookups: Set<PendingLookup> = new Set()
  readonly #byOid: LayeredMap<Oid, TypeDescription> = new LayeredMap(builtins().byOid)
  readonly #elementOids: LayeredMap<Oid, Oid> = new LayeredMap(builtins().elementOids)
  readonly #byName: LayeredMap<string, TypeDescription> = new LayeredMap(builtins().byName)
  readonly #byQualifiedName: LayeredMap<string, TypeDescription> = new LayeredMap(builtins().byQualifiedName)
  /** Names that types in several schemas have, with what the server said is meant, where it was asked. */
  readonly #ambiguous: Map<string, Oid | undefined> = new Map()
  readonly #missing: Set<Oid> = new Set()
  #generation = 0
  #variants = 0

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
    for (const type of types) {
      if (builtins().byOid.has(type.oid)) continue
      this.#missing.delete(type.oid)
      this.#missing.delete(type.arrayOid)
      this.#add(type)
    }
    this.#generation++
  }

  /** Takes down that the catalogs know nothing of these types, so that they are not asked again and again. */
  learnMissing(oids: Iterable<Oid>): void {
    for (const oid of oids) this.#missing.add(oid)
    this.#generation++
  }

  /** Takes down what the server says a name means. */
  learnName(sqlName: string, oid: Oid): void {
    const name = bareName(sqlName)
    if (name !== undefined && this.#ambiguous.has(name)) {
      this.#ambiguous.set(name, this.#elementOids.get(oid) ?? oid)
    }
  }

  /** A command was completed, by its tag: composite types that it may have changed are looked up when met again. */
  onCompleted(command: string): void {
    if (command !== "ALTER TABLE" && command !== "ALTER TYPE") return
    this.forget([...this.#byOid.ownValues()].filter(({ kind }) => kind === "composite").map(({ oid }) => oid))
  }

  /** Forgets what was learnt of types, or of the elements of arrays: they are looked up when they are met again. */
  forget(oids: Iterable<Oid>): void {
    for (const oid of oids) {
      const type = this.#byOid.get(this.#elementOids.get(oid) ?? oid)
      if (type === undefined || builtins().byOid.has(type.oid)) continue
      this.#byOid.delete(type.oid)
      this.#elementOids.delete(type.arrayOid)
    }
    this.#generation++
  }

  /** A type, or that of its arrays, exists no more: its name is looked up as well when it is met again. */
  drop(oid: Oid): void {
    this.forget([oid])
    for (const type of [...this.#byQualifiedName.ownValues()]) {
      if (type.oid !== oid && type.arrayOid !== oid) continue
      this.#byQualifiedName.delete(qualifiedName(type.schema, type.name))
      if (this.#byName.get(type.name)?.oid === type.oid) this.#byName.delete(type.name)
    }
  }

  /** Whether the catalogs would have to be asked about a type. */
  isUnknown(oid: Oid): boolean {
    return !this.#byOid.has(oid) && !this.#elementOids.has(oid) && !this.#missing.has(oid)
  }

  /** Whether a type was learnt, and so may be another one by now. */
  isLearnt(oid: Oid): boolean {
    const type = this.#byOid.get(this.#elementOids.get(oid) ?? oid)
    return type !== undefined && !builtins().byOid.has(type.oid)
  }

  /** A lookup under way that answers for all of these types and that somebody on this connection may wait for. */
  pendingLookup(oids: readonly Oid[], connection: object): PendingLookup | undefined {
    for (const lookup of this.lookups) {
      if (!lookup.isNext && lookup.connection !== connection) continue
      if (oids.every((oid) => lookup.oids.has(oid))) return lookup
    }
    return undefined
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

  /**
   * The OID of a type by its SQL name. Without a schema, a built-in type comes before one of the same name, and a name in
   * several schemas means nothing until the server was asked.
   */
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
    if (schema !== undefined) return this.#byQualifiedName.get(qualifiedName(schema, name))
    if (!this.#ambiguous.has(name)) return this.#byName.get(name)
    return this.#byOid.get(this.#ambiguous.get(name) ?? 0)
  }

  #add(type: TypeDescription): void {
    this.#byOid.set(type.oid, type)
    if (type.arrayOid !== 0) this.#elementOids.set(type.arrayOid, type.oid)
    this.#byQualifiedName.set(qualifiedName(type.schema, type.name), type)
    const namesake = this.#byName.get(type.name)
    if (namesake === undefined || namesake.schema !== PG_CATALOG || type.schema === PG_CATALOG) {
      if (namesake !== undefined && namesake.schema !== type.schema && !this.#ambiguous.has(type.name)) {
        this.#ambiguous.set(type.name, undefined)
      }
      this.#byName.set(type.name, type)
    }
  }
}

/** The name as the server was asked for it, when it has no schema. */
function bareName(sqlName: string): string | undefined {
  const parsed = parseTypeName(sqlName)
  return parsed === undefined || parsed.schema !== undefined ? undefined : parsed.name
}

/** A type's name with its schema, as a key. */
export function qualifiedName(schema: string, name: string): string {
  return `${schema}\0${name}`
}
