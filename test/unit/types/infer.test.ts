import { expect, test } from "vitest"
import { EncodeError } from "../../../src/errors/client-error.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { inferCodec } from "../../../src/types/infer.ts"
import { Interval } from "../../../src/types/interval.ts"

const registry = createDefaultRegistry()

class PlainDateLike {
  readonly [Symbol.toStringTag] = "Temporal.PlainDate"
}

test.each([
  ["x", "text"],
  [true, "bool"],
  [1, "int4"],
  [-2147483649, "int8"],
  [1.5, "float8"],
  [2 ** 60, "float8"],
  [Number.NaN, "float8"],
  [1n, "int8"],
  [2n ** 63n, "numeric"],
  [-(2n ** 63n), "int8"],
  [new Date(), "timestamptz"],
  [new Uint8Array(1), "bytea"],
  [new ArrayBuffer(1), "bytea"],
  [new DataView(new ArrayBuffer(1)), "bytea"],
  [new Interval(1, 2, 3n), "interval"],
  [new PlainDateLike(), "date"],
  [{ a: 1 }, "jsonb"],
  [[], "text[]"],
  [[null], "text[]"],
  [["a", null], "text[]"],
  [[1, 2], "int4[]"],
  [[1, 2 ** 40], "int8[]"],
  [[1, 0.5], "float8[]"],
  [[1n, 2], "int8[]"],
  [[1n, 0.5], "numeric[]"],
  [[2n ** 70n, 1], "numeric[]"],
  [[[1], [2n]], "int8[]"],
  [[new Date()], "timestamptz[]"],
  [[new Uint8Array(1)], "bytea[]"],
  [Int16Array.of(1), "int2[]"],
  [Int32Array.of(1), "int4[]"],
  [Uint32Array.of(1), "int8[]"],
  [Float32Array.of(1), "float4[]"],
  [Float64Array.of(1), "float8[]"],
  [BigInt64Array.of(1n), "int8[]"],
  [BigUint64Array.of(1n), "numeric[]"],
])("%s is %s", (value, name) => {
  expect(inferCodec(registry, value).name).toBe(name)
})

test.each([undefined, null, Symbol("s"), () => 1, [1, "a"], [true, 1]])("there is no telling what %s is", (value) => {
  expect(() => inferCodec(registry, value)).toThrow(EncodeError)
})
