import { describe, expect, test } from "vitest"
import { ByteWriter } from "../../../src/base/byte-writer.ts"
import { BINARY, TEXT } from "../../../src/base/format.ts"
import { EncodeError, UsageError } from "../../../src/errors/client-error.ts"
import { Encoder } from "../../../src/protocol/encoder.ts"
import {
  canSendUndescribed,
  checkParameters,
  findMisfit,
  findUntyped,
  mayMisfit,
  writeParameters,
  writeResultFormats,
} from "../../../src/query/parameters.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { bindFields } from "../../support/frontend-frames.ts"

const registry = createDefaultRegistry()
const int4 = registry.codecByName("int4")!
const text = registry.codecByName("text")!
const numeric = registry.codecByName("numeric")!

/** A whole Bind with these parameters, taken apart by code that is not ours. */
function bind(values: readonly unknown[], codecs: readonly (Codec | undefined)[]): ReturnType<typeof bindFields> {
  const encoder = new Encoder(new ByteWriter(1))
  encoder.beginBind("", "name")
  writeParameters(encoder.writer, values, codecs)
  writeResultFormats(encoder.writer, [], TEXT)
  encoder.endBind()
  const bytes = Buffer.from(encoder.writer.written())
  return bindFields({ type: "B", body: bytes.subarray(5) })
}

describe("writeParameters", () => {
  test("writes each value in the format its codec chose, and NULL as none", () => {
    const { parameterFormats, values } = bind(
      [7, "seven", null, "12"],
      [int4, text, int4, registry.codecOrText(999_999)],
    )
    expect(values.map((value) => value?.toString("hex"))).toEqual(["00000007", "736576656e", undefined, "3132"])
    expect(parameterFormats).toEqual([BINARY, BINARY, TEXT, TEXT])
  })

  test("writes in text what has no codec", () => {
    const { parameterFormats, values } = bind([1, "a", true, 12n, null], [])
    expect(parameterFormats).toEqual([0, 0, 0, 0, 0])
    expect(values.map((value) => value?.toString())).toEqual(["1", "a", "true", "12", undefined])
  })

  test("writes 65535 of them", () => {
    const { values } = bind(
      Array.from({ length: 65535 }, (_, i) => i),
      [],
    )
    expect([values.length, values[65534]?.toString()]).toEqual([65535, "65534"])
  })

  test.each([
    ["undefined", undefined],
    ["a symbol", Symbol("s")],
    ["a function", () => 1],
    ["a NUL", "a\0b"],
    ["a lone high surrogate", "a\ud800b"],
    ["a lone low surrogate", "\udc00"],
    ["an object", {}],
    ["an invalid Date", new Date(Number.NaN)],
  ])("refuses %s with its number, its type and what would fit, whatever the codec", (_, value) => {
    for (const codecs of [
      [],
      [int4, int4],
      [text, text],
      [numeric, numeric],
      [registry.codecByName("timestamptz")!, registry.codecByName("timestamptz")!],
    ]) {
      const write = () => bind([null, value], codecs)
      if (typeof value === "string" && codecs[1] === undefined) expect(write).toThrow(EncodeError)
      expect(write).toThrow(expect.objectContaining({ parameter: 2, code: "PGLINE_ENCODE" }))
    }
  })

  test("says nothing of a refused value but its kind", () => {
    expect(() => bind(["secret\0"], [])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    )
  })
})

describe("canSendUndescribed", () => {
  test.each([
    ["strings, small numbers, bigints, booleans and NULL", ["a", 1, 1.5, 10n ** 30n, true, null], true],
    ["a negative number, which oid would wrap around", [-7], false],
    ["a negative bigint", [-7n], false],
    ["nothing", [], true],
    ["-0", [-0], false],
    ["NaN", [Number.NaN], false],
    ["Infinity", [Number.POSITIVE_INFINITY], false],
    ["an integer beyond 2^53", [2 ** 60], false],
    ["an object", [{}], false],
    ["an array", [[]], false],
    ["a Date", [new Date()], false],
    ["bytes", [new Uint8Array(1)], false],
    ["a symbol", [Symbol("s")], false],
    ["a hole", new Array(1), false],
  ])("%s: %#", (_, values, expected) => {
    expect(canSendUndescribed(values, [])).toBe(expected)
  })

  test("a declared type makes any value sendable", () => {
    expect(canSendUndescribed([{}, "a"], [registry.codecByName("jsonb")])).toBe(true)
    expect(canSendUndescribed([{}, {}], [registry.codecByName("jsonb")])).toBe(false)
  })
})

test("all but strings may misfit, unless their type is declared", () => {
  expect(["a", 1, 1n, true, null].map((value) => mayMisfit([value], []))).toEqual([false, true, true, true, false])
  expect(mayMisfit([1, "a"], [int4])).toBe(false)
  expect(mayMisfit([1, 2], [int4])).toBe(true)
})

test("strings are never refused when they have gone out", () => {
  expect(findUntyped(["x", 1, null], [int4, int4, int4])).toBeUndefined()
  expect(findUntyped(["x", 1.5], [int4, int4])).toMatchObject({ parameter: 2, type: "int4", safeToRetry: false })
})

describe("checkParameters", () => {
  test("takes 65535, refuses 65536", () => {
    checkParameters(new Array(65535).fill(1))
    expect(() => checkParameters(new Array(65536).fill(1))).toThrow(UsageError)
    expect(() => checkParameters(new Array(65536).fill(1))).toThrow(/at most 65535 parameters, got 65536/)
  })

  test.each([
    ["undefined", [1, undefined], 2],
    ["a hole", [1, 2, ...new Array(1)], 3],
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    ["a hole in a literal", [1, , 3], 2],
  ])("refuses %s", (_, values, parameter) => {
    expect(() => checkParameters(values)).toThrow(expect.objectContaining({ code: "PGLINE_ENCODE", parameter }))
  })
})

describe("findMisfit", () => {
  test("finds the value that the codec refuses, and none where all fit", () => {
    expect(findMisfit([1, 1.5, null], [int4, int4, int4])).toMatchObject({ parameter: 2, type: "int4" })
    expect(findMisfit([1, null], [int4, int4])).toBeUndefined()
    expect(findMisfit([1, {}], [int4])).toBeUndefined()
  })
})

describe("writeResultFormats", () => {
  test.each([
    ["all text", [0, 0], 0, "0000"],
    ["all binary", [1, 1], 1, "00010001"],
    ["mixed", [0, 1, 0], undefined, "0003000000010000"],
  ] as const)("%s", (_, formats, common, expected) => {
    const writer = new ByteWriter()
    writeResultFormats(writer, formats, common)
    expect(Buffer.from(writer.written()).toString("hex")).toBe(expected)
  })
})
