/**
 * What is known of one SQL text with one list of declared parameter types: how to encode its parameters, how to read
 * its rows, and under which name the server has it, if it has.
 *
 *     unknown ──describe──▶ described ──Parse with a name──▶ named
 *        ▲                      ▲  └──────── forget ◀──────────┘
 *        └────── forget ────────┘
 */

import { type Format, type Oid, TEXT } from "../base/format.ts"
import type { Field } from "../protocol/backend.ts"
import type { Codec } from "../types/codec.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { nameType } from "./name-type.ts"
import { type RowDecoder, rowDecoderFor } from "./row-decoder.ts"
import type { RowShape } from "./row-shape.ts"

/** From this many uses on, code is generated for reading the rows. */
const HOT_USES = 2

/** The description of a statement as the server gave it, with the codecs that fit it. */
export interface Description {
  readonly parameterOids: readonly Oid[]
  readonly parameterCodecs: readonly Codec[]
  /** Empty for statements that return no rows. */
  readonly fields: readonly Field[]
  /** The format each column is asked for in. */
  readonly resultFormats: readonly Format[]
  /** `resultFormats` as one code when they are all alike: what Bind then sends. */
  readonly commonFormat: Format | undefined
  /** Types of columns that the catalogs have to be asked about, each once. */
  readonly unknownFields: readonly Oid[]
  /** Types of parameters that the catalogs have to be asked about. */
  readonly unknownParameters: readonly Oid[]
  /** The registry's version that the codecs were taken from. */
  readonly registryVersion: number
}

const NO_OIDS: readonly Oid[] = []

/** One text and all that has been learnt about it on one connection. */
export class Statement {
  readonly text: string
  /** The types the caller declared, by position; 0 leaves one to the server. */
  readonly declaredOids: readonly Oid[]
  /** The name the caller wants it to have. */
  readonly chosenName: string | undefined
  /** The name it has on the server; empty while it has none. */
  name = ""
  /** Counts the times it was given a name: who used an earlier naming must not judge the present one. */
  naming = 0
  /** False for one that is forgotten after its run: nobody would close its name. */
  isKept = true
  /** How often it has been run. */
  uses = 0
  /** True for one behind which nothing may be sent before it was answered. */
  isExclusive = false
  #namingSegment: object | undefined
  #isNameSure = false
  #description: Description | undefined
  readonly #decoders: Map<unknown, RowDecoder<unknown>> = new Map()
  #decodersAreHot = false

  /** @param chosenName the name it is to have on the server; made from the text unless told */
  constructor(text: string, declaredOids: readonly Oid[], chosenName?: string) {
    this.text = text
    this.declaredOids = declaredOids
    this.chosenName = chosenName
  }

  /** What the server has said of it, unless the types have changed since. */
  description(registry: TypeRegistry): Description | undefined {
    const description = this.#description
    if (description === undefined || description.registryVersion === registry.version) return description
    this.describe(description.parameterOids, description.fields, registry)
    return this.#description
  }

  /** Takes down the server's description. */
  describe(parameterOids: readonly Oid[], fields: readonly Field[], registry: TypeRegistry): Description {
    const known = this.#description
    if (known !== undefined && known.registryVersion === registry.version && isSame(known, parameterOids, fields))
      return known
    const resultFormats = fields.map((field) => {
      const codec = registry.codecOrText(field.typeOid)
      nameType(field, codec)
      return codec.resultFormat
    })
    const first = resultFormats[0] ?? TEXT
    const description: Description = {
      parameterOids,
      parameterCodecs: parameterOids.map((oid) => registry.codecOrText(oid)),
      fields,
      resultFormats,
      commonFormat: resultFormats.every((format) => format === first) ? first : undefined,
      unknownFields: unknownOf(
        fields.map((field) => field.typeOid),
        registry,
      ),
      unknownParameters: unknownOf(parameterOids, registry),
      registryVersion: registry.version,
    }
    this.#description = description
    this.#decoders.clear()
    return description
  }

  /** The decoder for rows of the described formats in a shape; made anew only when the statement turns out to be hot. */
  decoder<R>(shape: RowShape<R>, registry: TypeRegistry): RowDecoder<R> {
    const hot = this.uses >= HOT_USES
    if (hot !== this.#decodersAreHot) {
      this.#decoders.clear()
      this.#decodersAreHot = hot
    }
    const known = this.#decoders.get(shape)
    if (known !== undefined) return known as RowDecoder<R>
    const { fields, resultFormats } = this.#description!
    const decoder = rowDecoderFor(fields, resultFormats, shape, registry, hot)
    if (typeof shape === "string") this.#decoders.set(shape, decoder)
    return decoder
  }

  /**
   * Takes down the name under which the server is being told of it; an empty one takes it back.
   * @param segment what the telling may be skipped with
   */
  named(name: string, segment?: object): void {
    this.name = name
    this.naming++
    this.#namingSegment = segment
    this.#isNameSure = false
  }

  /** The server has taken the name. */
  confirmName(): void {
    this.#isNameSure = true
  }

  /** Whether it can be used by name in a segment: where a naming that is not confirmed yet may be skipped, it cannot. */
  hasNameIn(segment: object | undefined): boolean {
    return this.name !== "" && (this.#isNameSure || this.#namingSegment === segment)
  }

  /** Forgets the description and the name: the server's idea of the statement is no longer ours. */
  forget(): void {
    this.#description = undefined
    this.#decoders.clear()
    this.name = ""
    this.uses = 0
  }
}

/** Those of the types that no codec is known for, each once. */
function unknownOf(oids: readonly Oid[], registry: TypeRegistry): readonly Oid[] {
  return oids.every((oid) => registry.codec(oid) !== undefined)
    ? NO_OIDS
    : [...new Set(oids)].filter((oid) => registry.codec(oid) === undefined)
}

function isSame(known: Description, parameterOids: readonly Oid[], fields: readonly Field[]): boolean {
  return (
    known.parameterOids.length === parameterOids.length &&
    known.fields.length === fields.length &&
    known.parameterOids.every((oid, i) => oid === parameterOids[i]) &&
    known.fields.every((field, i) => {
      const other = fields[i]!
      return field.name === other.name && field.typeOid === other.typeOid && field.typeModifier === other.typeModifier
    })
  )
}
