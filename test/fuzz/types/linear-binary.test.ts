/**
 * Reading bytes takes time in proportion to their number, whatever they say: every byte is looked at a few times at most,
 * and no value is much larger than its bytes. The looks are counted, so there is no clock in this; what is not a look at
 * the bytes is shown by values so large that anything worse than linear would not come to an end.
 */

import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import { DecodeError } from "../../../src/errors/client-error.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { defaultCodecs } from "../../../src/types/defaults.ts"
import { numericCodec } from "../../../src/types/numeric.ts"
import { fromHex } from "../../support/codec-bytes.ts"
import { countLooks, looksAllowed } from "../../support/counted-source.ts"
import { type LargeValues, largeContainers, largeScalars, wideComposite } from "../../support/large-values.ts"

const SIZES = [256, 512, 1024]
const LARGE = 2 ** 17
const MOST = 0x7fff_ffff
/** Characters, elements and properties of a value that a byte may make; six dimensions put six arrays around each element. */
const PARTS_PER_BYTE = 8
const all: readonly LargeValues[] = [...largeScalars, ...largeContainers, { ...wideComposite(1), name: "composite" }]

/** The `composite` has as many attributes as values, so it is another one for each size. */
function largeValue({ name, codec, hexOf }: LargeValues, n: number): { codec: Codec; bytes: Buffer } {
  const of = name === "composite" ? wideComposite(n) : { codec, hexOf }
  return { codec: of.codec, bytes: Buffer.from(of.hexOf(n), "hex") }
}

/** Characters, elements and properties, all the way down. */
function partsOf(value: unknown): number {
  if (typeof value === "string") return value.length
  if (value instanceof Uint8Array) return value.length
  if (typeof value !== "object" || value === null) return 1
  let parts = 1
  for (const [key, part] of Object.entries(value)) parts += (Array.isArray(value) ? 0 : key.length) + partsOf(part)
  return parts
}

test("what is not here takes a fixed number of bytes and refuses more without looking at them", () => {
  const here = new Set(all.map(({ name }) => name))
  for (const { name, decodeBinary } of defaultCodecs) {
    if (here.has(name) || decodeBinary === undefined) continue
    for (const length of [200, 5000, 70_000]) {
      for (const byte of [0, 1, 0x7f, 0xff]) {
        expect.soft(countLooks(decodeBinary, Buffer.alloc(length, byte)), name).toBeLessThanOrEqual(looksAllowed(0))
      }
    }
  }
})

describe.each(all)("$name", (large) => {
  test.each(SIZES)("of %i parts: each byte is looked at a few times at most", (n) => {
    const { codec, bytes } = largeValue(large, n)
    const looks = countLooks(codec.decodeBinary!, bytes)
    expect(looks).toBeLessThanOrEqual(looksAllowed(bytes.length))
    expect(looks).toBeGreaterThan(bytes.length / 2)
    expect(partsOf(fromHex(codec, bytes.toString("hex")))).toBeLessThanOrEqual(bytes.length * PARTS_PER_BYTE)
  })

  test("the same where it ends early or says something else", () => {
    const { codec, bytes } = largeValue(large, SIZES[1]!)
    const check = (changed: Uint8Array, what: string): void => {
      const looks = countLooks(codec.decodeBinary!, changed)
      if (looks > looksAllowed(changed.length)) expect.fail(`${looks} looks at ${changed.length} bytes: ${what}`)
    }
    for (let cut = 0; cut < 32; cut++) {
      check(bytes.subarray(0, Math.floor((bytes.length * cut) / 32)), `cut at ${cut} of 32`)
    }
    const places = Array.from({ length: 80 }, (_, i) => (i < 40 ? i : Math.floor((bytes.length * (i - 40)) / 40)))
    for (const at of places.filter((place) => place + 4 <= bytes.length)) {
      for (const number of [MOST, 0x100, 0, -1]) {
        const changed = Buffer.from(bytes)
        changed.writeInt32BE(number, at)
        check(changed, `${number} at ${at}`)
      }
    }
  })

  test("a large one comes to an end", () => {
    const { codec, bytes } = largeValue(large, large.name === "composite" ? 1600 : LARGE)
    const value = codec.decodeBinary!(new ByteSource(bytes), 0, bytes.length)
    if (typeof value === "string") expect(Buffer.byteLength(value)).toBeGreaterThan(0)
  })
})

const most = "7fffffff"
/** Few bytes that say there are very many more. */
const announced: readonly (readonly [string, string])[] = [
  ["int4[]", `000000010000000000000017${most}00000001`],
  ["int4[]", `000000060000000000000017${`${most}00000001`.repeat(6)}`],
  ["int4[]", `000000020000000000000017${most}0000000100000000${"00000001"}`],
  ["int4[]", `${most}0000000000000017`],
  ["int4[]", "00000001000000000000001700000001000000017fffffff00000001"],
  ["textmultirange", `${most}0000000101`],
  ["textmultirange", `00000001${most}01`],
  ["textmultirange", `000000010000000502${most}`],
  ["pair[]", "0000000100000000000000010000000100000001000000047fffffff"],
  ["record", most],
  ["record", `0000000100000017${most}`],
  ["numeric", "ffff000000000000"],
  ["bit", `${most}ff`],
  ["varbit", `7ffffff8${"ff".repeat(16)}`],
  ["path", `01${most}${"00".repeat(16)}`],
  ["polygon", `10000001${"00".repeat(16)}`],
  ["tsvector", `${most}610000`],
  ["tsvector", "000000016100ffff"],
  ["tsquery", `${most}0201`],
  ["hstore", `${most}0000000161ffffffff`],
  ["hstore", `00000001${most}61`],
  ["vector", "ffff0000"],
  ["halfvec", "ffff00003c00"],
  ["sparsevec", `${most}${most}00000000`],
  ["int2vector", `000000010000000000000015${most}00000000`],
  ["geometry", `0102000000${"ffffffff"}`],
  ["geometry", `0103000000${"ffffff7f"}`],
  ["geometry", `0107000000${"ffffff7f"}`],
]

test.each(announced)("%s: %s announces what is not there, and is refused at once", (name, hex) => {
  const { codec } = all.find((large) => large.name === name)!
  expect(() => fromHex(codec, hex)).toThrow(DecodeError)
  expect(countLooks(codec.decodeBinary!, Buffer.from(hex, "hex"))).toBeLessThanOrEqual(hex.length)
})

test("a numeric shows what its few bytes say, no further than they can say", () => {
  expect(fromHex(numericCodec, "00017fff00003fff0001")).toHaveLength(4 * 0x7fff + 1 + 1 + 0x3fff)
  expect(fromHex(numericCodec, "00007fff00000000")).toBe("0")
  expect(fromHex(numericCodec, "0001800000003fff0001")).toBe(`0.${"0".repeat(0x3fff)}`)
})
