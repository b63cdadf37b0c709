/**
 * The codecs that are on by default, and the registry made of them and of the caller's options. The only file that
 * imports all the others. Extension types are in the list too: they take effect once the catalogs have told their OIDs.
 */

import { ConfigError } from "../errors/client-error.ts"
import { bitCodec, varbitCodec } from "./bit.ts"
import { boolCodec } from "./bool.ts"
import { byteaCodec } from "./bytea.ts"
import type { Codec } from "./codec.ts"
import { cubeCodec } from "./cube.ts"
import { dateCodec } from "./date.ts"
import { float4Codec, float8Codec } from "./float.ts"
import { boxCodec, circleCodec, lineCodec, lsegCodec, pathCodec, pointCodec, polygonCodec } from "./geometry.ts"
import { globalCodecs } from "./global-codecs.ts"
import { hstoreCodec } from "./hstore.ts"
import { cidCodec, lsnCodec, oidCodec, regCodecs, tidCodec, xid8Codec, xidCodec } from "./identifiers.ts"
import { int2Codec, int4Codec, int8AsNumberCodec, int8AsStringCodec, int8Codec } from "./int.ts"
import { int2vectorCodec, oidvectorCodec } from "./int-vector.ts"
import { intervalCodec } from "./interval.ts"
import { type JsonFunctions, jsonbCodec, jsonCodec, jsonCodecsAsString, jsonCodecsWith } from "./json.ts"
import { KnownTypes } from "./known-types.ts"
import { lqueryCodec, ltreeCodec, ltxtqueryCodec } from "./ltree.ts"
import { moneyCodec } from "./money.ts"
import { cidrCodec, inetCodec, macaddr8Codec, macaddrCodec } from "./network.ts"
import { numericAsNumberCodec, numericCodec } from "./numeric.ts"
import { geographyCodec, geometryCodec } from "./postgis.ts"
import { type RegistrySettings, type TypeOptions, TypeRegistry } from "./registry.ts"
import { sparsevecCodec } from "./sparsevec.ts"
import { runtimeTemporal, type TemporalCodecs, type TemporalNamespace, temporalCodecs } from "./temporal.ts"
import {
  bpcharCodec,
  charCodec,
  citextCodec,
  jsonpathCodec,
  nameCodec,
  textCodec,
  unknownCodec,
  varcharCodec,
  xmlCodec,
} from "./text.ts"
import { tsqueryCodec, tsvectorCodec } from "./text-search.ts"
import { timeCodec, timetzCodec } from "./time.ts"
import { timestampCodec, timestampCodecOf, timestamptzCodec, timestamptzCodecOf } from "./timestamp.ts"
import { uuidCodec } from "./uuid.ts"
import { halfvecCodec, halfvecCodecOf, vectorCodec, vectorCodecOf } from "./vector.ts"

/** Every codec that is on by default. Arrays, ranges and multiranges follow from them. */
export const defaultCodecs: readonly Codec[] = [
  boolCodec,
  ...[int2Codec, int4Codec, int8Codec, float4Codec, float8Codec, numericCodec, moneyCodec],
  ...[textCodec, varcharCodec, bpcharCodec, nameCodec, charCodec, citextCodec, xmlCodec, unknownCodec],
  ...[byteaCodec, uuidCodec, bitCodec, varbitCodec, jsonCodec, jsonbCodec, jsonpathCodec],
  ...[dateCodec, timeCodec, timetzCodec, timestampCodec, timestamptzCodec, intervalCodec],
  ...[inetCodec, cidrCodec, macaddrCodec, macaddr8Codec],
  ...[pointCodec, lineCodec, lsegCodec, boxCodec, pathCodec, polygonCodec, circleCodec],
  ...[oidCodec, xidCodec, xid8Codec, cidCodec, tidCodec, lsnCodec, int2vectorCodec, oidvectorCodec],
  ...[tsvectorCodec, tsqueryCodec, hstoreCodec, ltreeCodec, lqueryCodec, ltxtqueryCodec, cubeCodec],
  ...[vectorCodec, halfvecCodec, sparsevecCodec, geometryCodec, geographyCodec],
  ...regCodecs,
]

/** The types that Temporal has objects for, without it. */
const withoutTemporal: TemporalCodecs = {
  date: dateCodec,
  time: timeCodec,
  timestamp: timestampCodec,
  timestamptz: timestamptzCodec,
  interval: intervalCodec,
}

const OPTION_NAMES: ReadonlySet<string> = new Set([
  ...(["int8", "numeric", "json", "timestamptz", "timestamp", "temporal", "vector", "arrayBounds", "custom"] as const),
] satisfies (keyof TypeOptions)[])

const byName: ReadonlyMap<string, Codec> = new Map(defaultCodecs.map((codec) => [codec.name, codec]))

/** A registry of the default codecs, changed as the application and the options say. */
export function createDefaultRegistry(options: TypeOptions = {}, known: KnownTypes = new KnownTypes()): TypeRegistry {
  const registry = new TypeRegistry(known, { codecs: byName, keepArrayBounds: false })
  for (const codec of globalCodecs) registry.register(codec)
  return withTypeOptions(registry, options)
}

/**
 * A registry that differs from another as the options say; the other itself when they say nothing.
 * @throws ConfigError for an option that has no such choice
 */
export function withTypeOptions(registry: TypeRegistry, options: TypeOptions): TypeRegistry {
  const settings = settingsFor(options)
  const { custom = [] } = options
  if (!Array.isArray(custom)) throw new ConfigError("the option types.custom must be an array of codecs")
  if (settings === undefined && custom.length === 0) return registry
  const fork = registry.fork(settings)
  for (const codec of custom) fork.register(codec)
  return fork
}

/** What the options replace; undefined when nothing. */
function settingsFor(options: TypeOptions): Partial<RegistrySettings> | undefined {
  checkNames(options)
  const codecs = new Map<string, Codec>()
  const { int8, numeric, json, temporal, timestamptz, timestamp, vector, arrayBounds } = options
  if (int8 !== undefined) {
    codecs.set(
      "int8",
      choose("int8", int8, { bigint: int8Codec, number: int8AsNumberCodec, string: int8AsStringCodec }),
    )
  }
  if (numeric !== undefined) {
    codecs.set("numeric", choose("numeric", numeric, { string: numericCodec, number: numericAsNumberCodec }))
  }
  if (json !== undefined) {
    const chosen =
      typeof json === "object" && json !== null
        ? jsonCodecsWith(checkedFunctions(json))
        : choose("json", json, { parsed: { json: jsonCodec, jsonb: jsonbCodec }, string: jsonCodecsAsString })
    codecs.set("json", chosen.json)
    codecs.set("jsonb", chosen.jsonb)
  }
  if (temporal !== undefined) {
    for (const [name, codec] of Object.entries(temporalCodecsFor(temporal))) codecs.set(name, codec)
  }
  if (timestamptz !== undefined) {
    const asString = timestamptzCodecOf({ as: "string" })
    codecs.set("timestamptz", choose("timestamptz", timestamptz, { date: timestamptzCodec, string: asString }))
  }
  if (timestamp !== undefined) {
    const asDate = timestampCodecOf({ as: "date" })
    codecs.set("timestamp", choose("timestamp", timestamp, { string: timestampCodec, date: asDate }))
  }
  if (vector !== undefined) {
    const as = choose("vector", vector, { array: "array", float32: "float32" } as const)
    codecs.set("vector", vectorCodecOf({ as }))
    codecs.set("halfvec", halfvecCodecOf({ as }))
  }
  if (codecs.size === 0 && arrayBounds === undefined) return undefined
  return {
    ...(codecs.size > 0 && { codecs }),
    ...(arrayBounds !== undefined && { keepArrayBounds: arrayBounds }),
  }
}

function checkNames(options: TypeOptions): void {
  const stranger = Object.keys(options).find((name) => !OPTION_NAMES.has(name))
  if (stranger !== undefined) throw new ConfigError(`unknown option types.${stranger}`)
}

function temporalCodecsFor(temporal: boolean | TemporalNamespace): TemporalCodecs {
  if (temporal === false) return withoutTemporal
  const namespace = temporal === true ? runtimeTemporal() : temporal
  if (namespace === undefined) {
    throw new ConfigError("the option types.temporal is true, but this runtime has no Temporal: hand in a polyfill's")
  }
  if (typeof namespace?.PlainDate === "function") return temporalCodecs(namespace)
  throw new ConfigError("the option types.temporal must be true, false or a Temporal")
}

function checkedFunctions(json: JsonFunctions): JsonFunctions {
  if (typeof json.parse === "function" && typeof json.stringify === "function") return json
  throw new ConfigError("the option types.json must have two functions, parse and stringify")
}

function choose<K extends string, T>(option: string, choice: K, choices: Readonly<Record<K, T>>): T {
  if (Object.hasOwn(choices, choice)) return choices[choice]
  const allowed = Object.keys(choices).map((name) => JSON.stringify(name))
  throw new ConfigError(`the option types.${option} must be one of ${allowed.join(", ")}`)
}
