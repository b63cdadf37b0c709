import { expect, test } from "vitest"
import { ConfigError, DecodeError } from "../../../src/errors/client-error.ts"
import { BoundedArray } from "../../../src/types/array-shape.ts"
import { createDefaultRegistry, defaultCodecs, withTypeOptions } from "../../../src/types/defaults.ts"
import { KnownTypes } from "../../../src/types/known-types.ts"
import type { TypeOptions } from "../../../src/types/registry.ts"
import { fromText } from "../../support/codec-bytes.ts"

function read(options: TypeOptions, type: string, text: string): unknown {
  return fromText(createDefaultRegistry(options).codecByName(type)!, text)
}

test("no codec is listed twice, and binary results can be read", () => {
  const names = defaultCodecs.map((codec) => codec.name)
  expect(new Set(names).size).toBe(names.length)
  for (const codec of defaultCodecs) {
    if (codec.resultFormat === 1) expect(codec.decodeBinary, codec.name).toBeDefined()
  }
})

test("int8", () => {
  expect([read({}, "int8", "5"), read({ int8: "bigint" }, "int8", "5")]).toEqual([5n, 5n])
  expect([read({ int8: "number" }, "int8[]", "{5}"), read({ int8: "string" }, "int8", "5")]).toEqual([[5], "5"])
  expect(() => read({ int8: "number" }, "int8", "9007199254740993")).toThrow(DecodeError)
})

test("numeric", () => {
  expect([read({}, "numeric", "1.50"), read({ numeric: "number" }, "numeric", "1.50")]).toEqual(["1.50", 1.5])
})

test("json", () => {
  expect([read({}, "jsonb", "[1]"), read({ json: "parsed" }, "json", "[1]")]).toEqual([[1], [1]])
  expect([read({ json: "string" }, "jsonb", "[1]"), read({ json: "string" }, "json", "[1]")]).toEqual(["[1]", "[1]"])
  const json = { parse: (text: string) => ({ text }), stringify: JSON.stringify }
  expect(read({ json }, "jsonb", "1")).toEqual({ text: "1" })
})

test("timestamps", () => {
  const text = "2026-11-20 10:00:00.123456"
  expect([read({}, "timestamp", text), read({ timestamp: "string" }, "timestamp", text)]).toEqual([text, text])
  expect(read({ timestamp: "date" }, "timestamp", text)).toEqual(new Date("2026-11-20T10:00:00.123Z"))
  expect(read({}, "timestamptz", `${text}+00`)).toEqual(new Date("2026-11-20T10:00:00.123Z"))
  expect(read({ timestamptz: "date" }, "timestamptz", `${text}+00`)).toBeInstanceOf(Date)
  expect(read({ timestamptz: "string" }, "timestamptz", `${text}+00`)).toBe(`${text}+00`)
})

/** As much of Temporal as the codecs ask for. */
class Plain {
  readonly parts: readonly number[]
  constructor(...parts: number[]) {
    this.parts = parts
  }
}
const polyfill = {
  Instant: { fromEpochNanoseconds: (nanoseconds: bigint) => ({ nanoseconds }) },
  ...{ PlainDate: Plain, PlainTime: Plain, PlainDateTime: Plain, Duration: Plain },
}

test("temporal", () => {
  expect(read({ temporal: polyfill }, "date[]", "{2026-11-20}")).toEqual([new Plain(2026, 11, 20)])
  expect(read({ temporal: polyfill }, "timestamptz", "1970-01-01 00:00:01+00")).toEqual({ nanoseconds: 1_000_000_000n })
  expect(read({ temporal: polyfill, timestamptz: "date" }, "timestamptz", "1970-01-01 00:00:01+00")).toEqual(
    new Date(1000),
  )
  const back = withTypeOptions(createDefaultRegistry({ temporal: polyfill }), { temporal: false })
  expect(fromText(back.codecByName("date")!, "2026-11-20")).toBe("2026-11-20")
  const before = Object.getOwnPropertyDescriptor(globalThis, "Temporal")
  try {
    Object.defineProperty(globalThis, "Temporal", { value: undefined, configurable: true })
    expect(() => createDefaultRegistry({ temporal: true })).toThrow(ConfigError)
    Object.defineProperty(globalThis, "Temporal", { value: polyfill, configurable: true })
    expect(read({ temporal: true }, "date", "2026-11-20")).toEqual(new Plain(2026, 11, 20))
  } finally {
    if (before) Object.defineProperty(globalThis, "Temporal", before)
    else Reflect.deleteProperty(globalThis, "Temporal")
  }
})

test("vectors", () => {
  expect([read({}, "vector", "[1,2]"), read({ vector: "array" }, "halfvec", "[1,2]")]).toEqual([
    [1, 2],
    [1, 2],
  ])
  expect(read({ vector: "float32" }, "vector", "[1,2]")).toEqual(Float32Array.of(1, 2))
  expect(read({ vector: "float32" }, "halfvec", "[1,2]")).toEqual(Float32Array.of(1, 2))
})

test("array bounds", () => {
  expect(read({}, "int4[]", "[0:0]={7}")).not.toBeInstanceOf(BoundedArray)
  expect(read({ arrayBounds: true }, "int4[]", "[0:0]={7}")).toBeInstanceOf(BoundedArray)
})

test("codecs of the caller's own", () => {
  const custom = [{ name: "int4", decode: (text: string) => `own ${text}`, encode: String }]
  expect(read({ custom }, "int4[]", "{7}")).toEqual(["own 7"])
})

test.each([
  { int8: "long" },
  { numeric: "float" },
  { json: "text" },
  { json: null },
  { json: {} },
  { json: { parse: JSON.parse } },
  { temporal: "yes" },
  { temporal: {} },
  { temporal: null },
  { custom: {} },
  { timestamp: "temporal" },
  { timestamptz: 1 },
  { vector: "list" },
])("refuses %o", (options) => {
  expect(() => createDefaultRegistry(options as never)).toThrow(ConfigError)
})

test("options that say nothing leave a registry as it is; known types are shared on request", () => {
  const known = new KnownTypes()
  const registry = createDefaultRegistry({}, known)
  expect(withTypeOptions(registry, {})).toBe(registry)
  expect(createDefaultRegistry({ int8: "number" }, known).known).toBe(known)
})
