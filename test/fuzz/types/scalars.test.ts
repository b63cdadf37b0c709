/** Values of the scalar types through both formats and back; random bytes and text into every decoder. */

import fc, { type Arbitrary } from "fast-check"
import { describe, expect, test } from "vitest"
import { bitCodec, varbitCodec } from "../../../src/types/bit.ts"
import { boolCodec } from "../../../src/types/bool.ts"
import { byteaCodec } from "../../../src/types/bytea.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { float4Codec, float8Codec } from "../../../src/types/float.ts"
import {
  cidCodec,
  lsnCodec,
  oidCodec,
  regCodecs,
  tidCodec,
  xid8Codec,
  xidCodec,
} from "../../../src/types/identifiers.ts"
import { int2Codec, int4Codec, int8AsNumberCodec, int8AsStringCodec, int8Codec } from "../../../src/types/int.ts"
import { int2vectorCodec, oidvectorCodec } from "../../../src/types/int-vector.ts"
import { jsonbCodec, jsonCodec } from "../../../src/types/json.ts"
import { moneyCodec } from "../../../src/types/money.ts"
import { numericAsNumberCodec, numericCodec } from "../../../src/types/numeric.ts"
import { charCodec, jsonpathCodec, textCodec } from "../../../src/types/text.ts"
import { uuidCodec } from "../../../src/types/uuid.ts"
import { fuzzBinary } from "../../support/byte-fuzzer.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"
import { readOrRefuse, writeOrRefuse } from "../../support/codec-properties.ts"

const RUNS = { numRuns: 2000 }
const sendable = fc.string({ unit: "binary", maxLength: 80 }).filter((text) => !text.includes("\0"))
const digits = (min: number, max: number): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: min, maxLength: max })
const decimal = fc.tuple(fc.boolean(), digits(1, 40), digits(0, 30)).map(([negative, whole, decimals]) => {
  const text = `${whole.replace(/^0+(?=\d)/, "")}${decimals && `.${decimals}`}`
  return negative && /[1-9]/.test(text) ? `-${text}` : text
})
const uint32 = fc.nat({ max: 4294967295 })
/** Every float4 there is, as it is read. */
const float4 = uint32.map((bits) => fromHex(float4Codec, bits.toString(16).padStart(8, "0")))
/** A value with a JSON form that parsing gives back. */
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify([value])))

/** A codec, values as it decodes them, and bytes to start fuzzing from. */
const scalars: readonly (readonly [Codec, Arbitrary<unknown>, readonly string[]])[] = [
  [boolCodec, fc.boolean(), ["01"]],
  [int2Codec, fc.integer({ min: -32768, max: 32767 }), ["0001"]],
  [int4Codec, fc.integer(), ["00000001"]],
  [int8Codec, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), ["0000000000000001"]],
  [int8AsNumberCodec, fc.maxSafeInteger(), ["0000000000000001"]],
  [int8AsStringCodec, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), ["0000000000000001"]],
  [float4Codec, float4, ["3fc00000"]],
  [float8Codec, fc.double(), ["3ff8000000000000"]],
  [numericCodec, decimal, ["000200000000000113881388", "0003000100000004000100000001"]],
  [textCodec, sendable, ["6162", "c3bc", "f09f9880"]],
  [charCodec, fc.string({ maxLength: 1, unit: "grapheme-ascii" }), ["61"]],
  [byteaCodec, fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)), ["00ff"]],
  [uuidCodec, fc.uuid(), ["a0eebc999c0b4ef8bb6d6bb9bd380a11"]],
  [jsonCodec, json, [Buffer.from('{"a":[1,null]}').toString("hex")]],
  [jsonbCodec, json, [`01${Buffer.from('{"a":[1,null]}').toString("hex")}`]],
  [bitCodec, fc.string({ unit: fc.constantFrom("0", "1"), maxLength: 70 }), ["00000005b0"]],
  [varbitCodec, fc.string({ unit: fc.constantFrom("0", "1"), maxLength: 70 }), ["0000000ab340"]],
  [oidCodec, uint32, ["ffffffff"]],
  [xidCodec, uint32, ["ffffffff"]],
  [cidCodec, uint32, ["ffffffff"]],
  [xid8Codec, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), ["ffffffffffffffff"]],
  [tidCodec, fc.tuple(uint32, fc.nat(65535)).map(([block, offset]) => `(${block},${offset})`), ["000000000001"]],
  [
    lsnCodec,
    fc.tuple(uint32, uint32).map((halves) => halves.map((half) => half.toString(16).toUpperCase()).join("/")),
    ["00000016b374d848"],
  ],
  [
    int2vectorCodec,
    fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1 }),
    ["0000000100000000000000150000000100000000000000020001"],
  ],
  [oidvectorCodec, fc.array(uint32, { minLength: 1 }), ["00000001000000000000001a000000010000000000000004ffffffff"]],
]

describe.each(scalars.map(([codec, ...rest]) => [codec.name, codec, ...rest] as const))(
  "%s",
  (_, codec, values, samples) => {
    test("values survive both formats", () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(fromText(codec, codec.encodeText(value))).toEqual(value)
          const hex = toHex(codec, value)
          expect(hex).toBeDefined()
          expect(fromHex(codec, hex!)).toEqual(value)
        }),
        RUNS,
      )
    })

    test("any bytes are a value or a DecodeError", () => fuzzBinary(codec, samples))
  },
)

const readOnly: readonly Codec[] = [moneyCodec, numericAsNumberCodec, jsonpathCodec, ...regCodecs.slice(0, 1)]

test.each(readOnly)("$name: any bytes are a value or a DecodeError", (codec) => {
  fuzzBinary(codec, ["0000000000000001", "000004eb", "0124", "000200000000000113881388"])
})

const everyOne: readonly Codec[] = [...scalars.map(([codec]) => codec), ...readOnly]

test("any text is a value or a DecodeError", () => {
  const odd = fc.string({ unit: fc.constantFrom(...'0123456789-+.eExX\\tfNaInity$(),/ {}"[]'), maxLength: 24 })
  readOrRefuse(everyOne, fc.oneof(odd, sendable))
})

test("values of any kind are written, or refused with an EncodeError", () => writeOrRefuse(everyOne, near()))

/** Strings that look like numbers of all notations. */
function near(): Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(..."0123456789-+._eExXoObB "), maxLength: 12 })
}
