/**
 * Reading text takes time in proportion to its length. Valid texts are pumped up, each place of each by what stands there
 * and by a few other characters, with an end that fits and ones that do not: what makes scanners look again and again,
 * and regular expressions try everything. The looks at the bytes are counted. What is done with strings made of them has
 * no count; so there are long texts, too, over which anything worse than linear would not come to an end.
 */

import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import { DecodeError } from "../../../src/errors/client-error.ts"
import { arrayOf } from "../../../src/types/array.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { compositeOf } from "../../../src/types/composite.ts"
import { inAnyStyle } from "../../../src/types/date-styles.ts"
import { createDefaultRegistry, defaultCodecs } from "../../../src/types/defaults.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { multirangeOf } from "../../../src/types/multirange.ts"
import { oids } from "../../../src/types/oids.generated.ts"
import { rangeOf } from "../../../src/types/range.ts"
import { textCodec } from "../../../src/types/text.ts"
import { countLooks, looksAllowed } from "../../support/counted-source.ts"
import { readValueFixtures } from "../../support/value-fixtures.ts"

const LENGTHS = [250, 500, 1000]
const LONG = 2 ** 18
/** How many places of a text are pumped up, and how many long texts there are for each codec. */
const MOST_PLACES = 24
const MOST_LONG = 96
/** A prime, so that the long texts are of all kinds. */
const STRIDE = 7919
const STRANGERS = ["1", "a", " ", "-", '"', "\\", "(", "é"]

const registry = createDefaultRegistry()
const fixtures = readValueFixtures()

/** Texts of types that the fixtures do not have, or have in one style only. */
const MORE_TEXTS: Readonly<Record<string, readonly string[]>> = {
  money: ["-$1,234,567.89", "1.234.567,89 €", "KD 1,234.567"],
  interval: [
    "1 year 2 mons -3 days +04:05:06.789",
    "@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago",
    "+1-2 -3 +4:05:06.789",
    "P1Y2M-3DT4H5M6.789S",
  ],
  vector: ["[1,2.5,-3e-5]"],
  halfvec: ["[1,2.5,-3e-5]"],
  sparsevec: ["{1:1.5,3:-2e-5}/5"],
  float4: ["16777217.0000e-00"],
  float8: ["-1.5e-07"],
  hstore: ['"a"=>"b\\"c", "d"=>NULL, "e"=>""'],
  cube: ["(1, 2.5),(3, -4e5)"],
  polygon: ["((1,2),(3,4),(5,6))"],
  path: ["[(1,2),(3,4)]"],
  bytea: ["\\x00ff10", "a\\\\b\\001c"],
  json: ['{"a":[1,{"b":null}]}'],
  geometry: ["0102000000020000000000000000000000000000000000000000000000000000000000000000000000"],
  tsvector: ["'a':1A,3 'b''c'"],
}

function textsOf(name: string): readonly string[] {
  const known = [...fixtures].flatMap(([type, rows]) => (type.replace(/\(.*/, "") === name ? rows : []))
  const texts = known.map(({ text }) => text).filter((text) => text.length < 60)
  return [...new Set([...(MORE_TEXTS[name] ?? []), ...texts.slice(0, 4), ...texts.slice(-2)])]
}

const pair = compositeOf({
  name: "pair",
  attributes: [
    { name: "a", oid: oids.int4 },
    { name: "b", oid: oids.text },
  ],
  codecOf: (oid) => (oid === oids.int4 ? int4Codec : textCodec),
})
const textRange = rangeOf(textCodec, "textrange")

/** Types, their codecs and texts of theirs. */
const cases: readonly (readonly [string, Codec, readonly string[]])[] = [
  ...defaultCodecs.map((codec) => [codec.name, codec, [...textsOf(codec.name), "1", "abc"]] as const),
  ["text[]", arrayOf(textCodec, oids.text), ['{a,"b \\"c",NULL,""}', "{{a,b},{c,d}}", "[0:1]={a,b}"]],
  ["box[]", registry.codecByName("box[]")!, ["{(3,4),(1,2);(3,4),(1,2)}"]],
  ["textrange", textRange, ['["a b","c\\"d")', "(,b]", "empty"]],
  ["textmultirange", multirangeOf(textRange, "textmultirange"), ['{["a b","c"),[d,e]}']],
  ["textrange[]", arrayOf(textRange, 1), ['{"[\\"a b\\",c)",empty}']],
  ["pair", pair, ['(1,"a ""b"" \\\\c")', "(,)"]],
  ["pair[]", arrayOf(pair, 1), ['{"(1,\\"a b\\")","(,)"}']],
  ["record", registry.codec(oids.record)!, ['(1,"a ""b""",,x)', "()"]],
  ...["date", "timestamp", "timestamptz"].map((name) => {
    const settings = new Map([
      ["DateStyle", "SQL, MDY"],
      ["TimeZone", "Europe/Berlin"],
    ])
    const texts = [
      "11/20/2026 10:00:00.5 CET",
      "Fri Nov 20 10:00:00 2026 CET BC",
      "20.11.2026 10:00:00 CEST",
      "11-20-2026",
    ]
    return [`${name} in other styles`, inAnyStyle(registry.codecByName(name)!, settings), texts] as const
  }),
]

/** All ways to pump up the texts to about `length`. */
function pumped(texts: readonly string[], length: number): (() => string)[] {
  return texts.flatMap((text) => {
    const places = Array.from({ length: Math.min(text.length, MOST_PLACES) }, (_, at) => at)
    return places.flatMap((at) => {
      const before = text.slice(0, at)
      const behind = text.slice(at)
      const pieces = new Set([behind.slice(0, 1), behind.slice(0, 2), behind.slice(0, 6), ...STRANGERS])
      return [...pieces].flatMap((piece) => {
        const air = (): string => piece.repeat(Math.ceil(length / piece.length))
        return [
          () => `${before}${air()}${behind}`,
          () => `${before}${air()}x${behind}`,
          () => `${before}${air()}${behind}"}])`,
          () => `${before}${air()}${"7".repeat(length)}${behind}`,
        ]
      })
    })
  })
}

describe.each(cases)("%s", (_, { decodeText }, texts) => {
  test("each byte is looked at a few times at most", () => {
    for (const length of LENGTHS) {
      for (const make of pumped(texts, length)) {
        const bytes = Buffer.from(make())
        const looks = countLooks(decodeText, bytes)
        if (looks > looksAllowed(bytes.length)) expect.fail(`${looks} looks at ${bytes.length} bytes: ${make()}`)
      }
    }
  })

  test("no byte beyond is looked at, wherever the text ends", () => {
    for (const text of texts) {
      for (let end = 0; end <= text.length; end++) countLooks(decodeText, Buffer.from(text.slice(0, end)))
    }
  })
})

// The runtime parses JSON, and one of them does not survive long texts that are all but JSON.
describe.each(cases.filter(([name]) => name !== "json" && name !== "jsonb"))("%s", (_, { decodeText }, texts) => {
  test("long texts come to an end", () => {
    const all = pumped(texts, LONG)
    for (let i = 0; i < MOST_LONG; i++) {
      const bytes = Buffer.from(all[(i * STRIDE) % all.length]!())
      try {
        decodeText(new ByteSource(bytes), 0, bytes.length)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }
  })
})
