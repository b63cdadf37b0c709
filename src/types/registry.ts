/**
 * OID or name → codec, for one connection, pool or query. Knows the codecs of base types by name and what users have
 * registered; makes those of arrays, ranges, composites, domains and enums from what is known of the database's types,
 * so that an override reaches every container of its type. Forks share what is known and copy the rest when they write.
 *
 *     codec(oid):  registered by oid ▶ registered by name ▶ made from the description ▶ base codec by name ▶ text
 *
 * `version` changes whenever a codec may have: whatever was built from codecs is valid as long as it stays the same.
 */

import type { Oid } from "../base/format.ts"
import { UsageError } from "../errors/client-error.ts"
import { arrayOf } from "./array.ts"
import type { Codec } from "./codec.ts"
import { compositeOf } from "./composite.ts"
import { type CustomCodec, checkCustomCodec, codecFromCustom } from "./custom-codec.ts"
import { inAnyStyle } from "./date-styles.ts"
import { domainOf } from "./domain.ts"
import { enumOf } from "./enum.ts"
import type { JsonFunctions } from "./json.ts"
import { type KnownTypes, PG_CATALOG, qualifiedName, type TypeDescription } from "./known-types.ts"
import { multirangeOf } from "./multirange.ts"
import { oids } from "./oids.generated.ts"
import { rangeOf } from "./range.ts"
import { recordWith } from "./record.ts"
import type { TemporalNamespace } from "./temporal.ts"
import { opaqueCodecFor } from "./text.ts"
import { textOnly } from "./text-only.ts"
import { parseTypeName } from "./type-name.ts"

/** How PostgreSQL's types become JavaScript values where there is a choice. */
export interface TypeOptions {
  /** int8 as a bigint (default), a number (DecodeError when it is not a safe integer) or a string. */
  readonly int8?: "bigint" | "number" | "string"
  /** numeric as an exact string (default), or as the nearest number. */
  readonly numeric?: "string" | "number"
  /** json and jsonb parsed by JSON.parse (default) or by other functions, or as the text they are. */
  readonly json?: "parsed" | "string" | JsonFunctions
  /** timestamptz as a Date (default), or as ISO text with microseconds. */
  readonly timestamptz?: "date" | "string"
  /** timestamp as ISO text (default), or as a Date that takes it for UTC. */
  readonly timestamp?: "string" | "date"
  /** Dates, times and intervals as objects of the runtime's Temporal (true), or of a polyfill's; the two above win. */
  readonly temporal?: boolean | TemporalNamespace
  /** vector and halfvec as an array of numbers (default), or as a Float32Array. */
  readonly vector?: "array" | "float32"
  /** Reads arrays whose lower bounds are not 1 as a BoundedArray, which remembers them. */
  readonly arrayBounds?: boolean
  /** Codecs of the caller's own, as for `types.register`. */
  readonly custom?: readonly CustomCodec[]
}

/** What a registry starts from. */
export interface RegistrySettings {
  /** The codecs of base types, by `pg_type.typname`. */
  readonly codecs: ReadonlyMap<string, Codec>
  /** Reads arrays whose lower bounds are not 1 as a BoundedArray. */
  readonly keepArrayBounds: boolean
}

/** Looks a type up in the catalogs and has the registry learn it. */
export type TypeLoader = (name: string) => Promise<void>

/** The types that DateStyle has a say in. */
const DATE_TYPES: readonly Oid[] = [oids.date, oids.timestamp, oids.timestamptz]

/** Generations stand above variants in a version. */
const GENERATION = 2 ** 33

/** The codecs of one connection, pool or query. */
export class TypeRegistry {
  /** What is known of the database's types, shared with all forks. */
  readonly known: KnownTypes
  readonly #settings: RegistrySettings
  #customByOid: ReadonlyMap<Oid, Codec> = new Map()
  #customByName: ReadonlyMap<string, Codec> = new Map()
  #variant: number
  #cache: Map<Oid, Codec> = new Map()
  #cacheVersion = -1
  #loader: TypeLoader | undefined
  /** The session's settings, which tell how dates are printed. */
  #printedBy: ReadonlyMap<string, string> | undefined
  readonly #inTheMaking: Set<Oid> = new Set()
  /** Whether a part of the codec in the making stands for a type that contains itself. */
  #isCutShort = false

  constructor(known: KnownTypes, settings: RegistrySettings) {
    this.known = known
    this.#settings = settings
    this.#variant = known.nextVariant()
  }

  /** Changes whenever codecs may have changed; the same in two registries only if they have the same codecs. */
  get version(): number {
    return this.known.generation * GENERATION + this.#variant
  }

  /** Changes whenever this registry is told something that the others over the same types are not. */
  get variant(): number {
    return this.#variant
  }

  /** The codec of a type; undefined when the catalogs have to be asked about it first. */
  codec(oid: Oid): Codec | undefined {
    if (this.#cacheVersion !== this.version) {
      this.#cache = new Map()
      this.#cacheVersion = this.version
    }
    const cached = this.#cache.get(oid)
    if (cached !== undefined) return cached
    const made = this.#make(oid)
    const isOutermost = this.#inTheMaking.size === 0
    // Parts are kept as well: a type may contain another in more ways than could be made one by one.
    if (made !== undefined && (isOutermost || !this.#isCutShort)) this.#cache.set(oid, made)
    if (isOutermost) this.#isCutShort = false
    return made
  }

  /** The codec of a type; one that only passes text for a type that is not known. */
  codecOrText(oid: Oid): Codec {
    return this.codec(oid) ?? opaqueCodecFor(`type ${oid}`)
  }

  /** The codec of a type by its SQL name; a base type's is known even before the catalogs have told its OID. */
  codecByName(name: string): Codec | undefined {
    const oid = this.oidOf(name)
    if (oid !== undefined) return this.codec(oid)
    const parsed = parseTypeName(name)
    if (parsed === undefined || parsed.isArray) return undefined
    return this.#customNamed(parsed.schema, parsed.name) ?? this.#settings.codecs.get(parsed.name)
  }

  /** The OID of a type by its SQL name, such as `int8[]`, `timestamp with time zone` or `app."Mood"`. */
  oidOf(name: string): Oid | undefined {
    return this.known.oidOf(name)
  }

  /**
   * Has values of a type read and written by functions of the caller's, everywhere it appears: in arrays, ranges,
   * domains and composites too. Without an OID the type is found by its name, now or when it is first met.
   */
  register<T>(custom: CustomCodec<T>): this {
    checkCustomCodec(custom)
    if (custom.oid !== undefined) {
      const codec = codecFromCustom(custom, this.codec(custom.oid))
      this.#customByOid = new Map(this.#customByOid).set(custom.oid, codec)
    } else {
      const parsed = parseTypeName(custom.name)!
      const key = nameKey(parsed.schema, parsed.name, parsed.isArray)
      const codec = codecFromCustom(custom, this.codecByName(custom.name))
      this.#customByName = new Map(this.#customByName).set(key, codec)
    }
    this.#variant = this.known.nextVariant()
    return this
  }

  /** Whether a codec of the caller's own may read or write values otherwise than their text says. */
  get hasCustom(): boolean {
    return this.#customByOid.size > 0 || this.#customByName.size > 0
  }

  /** Takes in what the catalogs say of types; all registries over the same known types see it. */
  learn(types: Iterable<TypeDescription>): void {
    this.known.learn(types)
  }

  /** Reads a type from the catalogs now, by its SQL name: after it was changed, or to have it by name at once. */
  load(name: string): Promise<void> {
    if (this.#loader === undefined) {
      return Promise.reject(new UsageError("types.load needs a connection: use the types of one"))
    }
    return this.#loader(name)
  }

  /** Gives `load` a connection to ask. */
  useLoader(loader: TypeLoader | undefined): void {
    this.#loader = loader
  }

  /** Has dates and timestamps read in the style that a session prints them in. @param settings kept up to date */
  usePrinted(settings: ReadonlyMap<string, string>): void {
    this.#printedBy = settings
    this.#variant = this.known.nextVariant()
  }

  /** A registry with the same codecs that can be changed on its own; `settings` replace base codecs from the start. */
  fork(settings: Partial<RegistrySettings> = {}): TypeRegistry {
    const { codecs, keepArrayBounds } = settings
    const replaces = codecs !== undefined || keepArrayBounds !== undefined
    const fork = registryOver(this.known, {
      codecs: codecs === undefined ? this.#settings.codecs : new Map([...this.#settings.codecs, ...codecs]),
      keepArrayBounds: keepArrayBounds ?? this.#settings.keepArrayBounds,
    })
    fork.#customByOid = this.#customByOid
    fork.#customByName = this.#customByName
    fork.#loader = this.#loader
    fork.#printedBy = this.#printedBy
    if (!replaces) fork.#variant = this.#variant
    else if (codecs !== undefined) fork.#customByName = without(this.#customByName, codecs.keys())
    return fork
  }

  #make(oid: Oid): Codec | undefined {
    const codec = this.#makeAsIs(oid)
    return codec !== undefined && this.#printedBy !== undefined && DATE_TYPES.includes(oid)
      ? inAnyStyle(codec, this.#printedBy)
      : codec
  }

  #makeAsIs(oid: Oid): Codec | undefined {
    const registered = this.#customByOid.get(oid)
    if (registered !== undefined) return registered
    const elementOid = this.known.elementOid(oid)
    if (elementOid !== undefined) return this.#makeArray(elementOid)
    const type = this.known.type(oid)
    if (type === undefined) return this.known.isUnknown(oid) ? undefined : opaqueCodecFor(`type ${oid}`)
    const custom = this.#customFor(type, false)
    if (custom !== undefined) return custom
    if (this.#inTheMaking.has(oid)) {
      this.#isCutShort = true // no type contains itself, unless a server lies
      return opaqueCodecFor(type.name)
    }
    this.#inTheMaking.add(oid)
    try {
      return this.#makeDescribed(type)
    } finally {
      this.#inTheMaking.delete(oid)
    }
  }

  #makeArray(elementOid: Oid): Codec {
    const type = this.known.type(elementOid)
    const custom = type && this.#customFor(type, true)
    if (custom !== undefined) return custom
    const element = this.codecOrText(elementOid)
    const delimiter = type?.delimiter ?? ","
    const delimited = (element.delimiter ?? ",") === delimiter ? element : { ...element, delimiter }
    return arrayOf(delimited, elementOid, { keepBounds: this.#settings.keepArrayBounds })
  }

  #makeDescribed(type: TypeDescription): Codec {
    switch (type.kind) {
      case "base":
        if (type.oid === oids.record) return recordWith((oid) => this.codec(oid))
        return this.#baseCodec(type) ?? opaqueCodecFor(type.name)
      case "enum":
        return enumOf(type.name, type.labels)
      case "domain":
        return domainOf(type.name, this.codecOrText(type.baseOid))
      case "composite":
        return compositeOf({ ...type, codecOf: (oid) => this.codecOrText(oid) })
      case "range":
        return rangeOf(this.codecOrText(type.subtypeOid), type.name)
      case "multirange":
        return this.#makeMultirange(type.rangeOid, type.name)
    }
  }

  #baseCodec(type: TypeDescription & { readonly kind: "base" }): Codec | undefined {
    const codec = isBareName(type, this.known) ? this.#settings.codecs.get(type.name) : undefined
    return codec && type.hasBinary === false ? textOnly(codec) : codec
  }

  /** Multiranges are made of the range's own codec: a registered one cannot tell where in a text a range ends. */
  #makeMultirange(rangeOid: Oid, name: string): Codec {
    const range = this.known.type(rangeOid)
    if (range?.kind !== "range") return opaqueCodecFor(name)
    return multirangeOf(rangeOf(this.codecOrText(range.subtypeOid), range.name), name)
  }

  #customFor(type: TypeDescription, isArray: boolean): Codec | undefined {
    const names = this.#customByName
    if (names.size === 0) return undefined
    const qualified = names.get(nameKey(type.schema, type.name, isArray))
    if (qualified !== undefined || !isBareName(type, this.known)) return qualified
    return names.get(nameKey(undefined, type.name, isArray))
  }

  #customNamed(schema: string | undefined, name: string): Codec | undefined {
    return this.#customByName.get(nameKey(schema, name, false))
  }
}

/** Whether a type may be meant by its name alone: it is built in, or no built-in type has that name. */
function isBareName(type: TypeDescription, known: KnownTypes): boolean {
  return type.schema === PG_CATALOG || !known.isBuiltin(type.name)
}

function nameKey(schema: string | undefined, name: string, isArray: boolean): string {
  return qualifiedName(schema ?? "", name) + (isArray ? "[]" : "")
}

function without(map: ReadonlyMap<string, Codec>, names: Iterable<string>): ReadonlyMap<string, Codec> {
  const copy = new Map(map)
  for (const name of names) copy.delete(nameKey(undefined, name, false))
  return copy
}

function registryOver(known: KnownTypes, settings: RegistrySettings): TypeRegistry {
  return new TypeRegistry(known, settings)
}
