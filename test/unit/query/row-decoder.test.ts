import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import type { Format } from "../../../src/base/format.ts"
import { DecodeError, ProtocolError } from "../../../src/errors/client-error.ts"
import type { Field } from "../../../src/protocol/backend.ts"
import { type RowDecoder, rowDecoderFor } from "../../../src/query/row-decoder.ts"
import { into, type RowShape } from "../../../src/query/row-shape.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { dataRow, int16, int32 } from "../../support/backend-messages.ts"
import { hostileText } from "../../support/hostile-text.ts"

const registry = createDefaultRegistry()
const INT4 = 23
const TEXT = 25

function field(name: string, typeOid: number = TEXT): Field {
  return { name, tableOid: 0, columnNumber: 0, typeOid, typeName: "", typeSize: -1, typeModifier: -1 }
}

/** The body of a DataRow in the middle of a buffer that holds other things. */
function decode<R>(decoder: RowDecoder<R>, body: Uint8Array): R {
  const source = new ByteSource(Buffer.concat([Buffer.alloc(7, 0xff), body, Buffer.alloc(9, 0x11)]))
  return decoder(source, 7, 7 + body.length)
}

function body(...values: (string | Uint8Array | null)[]): Buffer {
  return dataRow(...values).subarray(5)
}

function both<R>(fields: readonly Field[], shape: RowShape<R>, formats: readonly Format[] = []): RowDecoder<R>[] {
  return [false, true].map((hot) => rowDecoderFor(fields, formats, shape, registry, hot))
}

const HOSTILE_NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "'); process.exit();//",
  '"); process.exit();//',
  "`); process.exit();//",
  "$" + "{process.exit()}",
  "\\",
  "\\u0027",
  "*/ process.exit() /*",
  "\u2028",
  "\u2029process.exit()",
  "\n",
  "\r",
  "\0",
  "",
  " ",
  "0",
  "1",
  "-1",
  "01",
  "then",
  "default",
  "await",
  "v0",
  "d0",
  "source",
  "malformed",
  "?column?",
  "漢字",
  "\ud83d\ude00",
]

describe("hostile column names are names", () => {
  test.each(HOSTILE_NAMES)("%j", (name) => {
    for (const decoder of both<Record<string, unknown>>([field("a"), field(name), field("b")], "object")) {
      const row = decode(decoder, body("1", "2", "3"))
      expect(Object.getOwnPropertyDescriptor(row, name)).toEqual({
        value: "2",
        writable: true,
        enumerable: true,
        configurable: true,
      })
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      expect(Object.keys(row).sort()).toEqual(["a", "b", name].sort())
    }
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined()
  })

  test("a class's instances get them as properties of their own", () => {
    class Target {
      a = "default"
    }
    for (const decoder of both([field("__proto__"), field("constructor"), field("a")], into(Target))) {
      const row = decode(decoder, body("1", "2", "3"))
      expect(row).toBeInstanceOf(Target)
      expect(Object.entries(row)).toEqual([
        ["a", "3"],
        ["__proto__", "1"],
        ["constructor", "2"],
      ])
    }
  })

  test("of equal names the last one wins, in the place of the first", () => {
    for (const decoder of both<object>(
      [field("x"), field("y"), field("x"), field("__proto__"), field("__proto__")],
      "object",
    )) {
      expect(Object.entries(decode(decoder, body("1", "2", "3", "4", "5")))).toEqual([
        ["x", "3"],
        ["y", "2"],
        ["__proto__", "5"],
      ])
    }
  })
})

test("code made for the columns and the loop give the same rows", () => {
  const names = fc.array(fc.oneof(fc.constantFrom(...HOSTILE_NAMES), hostileText, fc.string({ maxLength: 3 })), {
    maxLength: 12,
  })
  const value = fc.option(fc.string({ maxLength: 5 }), { freq: 4 })
  const input = names.chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.array(value, { minLength: columns.length, maxLength: columns.length }), {
        minLength: 1,
        maxLength: 3,
      }),
    ),
  )
  fc.assert(
    fc.property(input, fc.constantFrom("object" as const, "tuple" as const), ([columns, rows], shape) => {
      const [loop, made] = both<object>(
        columns.map((name) => field(name)),
        shape,
      )
      for (const row of rows) {
        const [one, other] = [decode(loop!, body(...row)), decode(made!, body(...row))]
        expect(other).toEqual(one)
        expect(Object.entries(other)).toEqual(Object.entries(one))
      }
    }),
    { numRuns: 400 },
  )
})

test("code made for the columns and the loop refuse the same bytes", () => {
  const good = body("12", null, "text", "")
  const fields = [field("a", INT4), field("b"), field("c"), field("d")]
  const outcome = (decoder: RowDecoder<unknown>, bytes: Uint8Array): unknown => {
    try {
      return decode(decoder, bytes)
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof DecodeError)) throw error
      return `${error.name}: ${error.message}`
    }
  }
  const change = fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.nat({ max: good.length + 4 }), (changes, length) => {
      const bytes = Buffer.alloc(length)
      good.copy(bytes)
      for (const [at, byte] of changes) if (at < length) bytes[at] = byte
      for (const shape of ["object", "tuple"] as const) {
        const [loop, made] = both<unknown>(fields, shape)
        expect(outcome(made!, bytes)).toEqual(outcome(loop!, bytes))
      }
    }),
    { numRuns: 2000 },
  )
})

describe("a row that is not what was described", () => {
  const fields = [field("a"), field("b")]
  test.each(
    Object.entries({
      "nothing at all": Buffer.alloc(0),
      "half a count": Buffer.alloc(1),
      "too few columns": body("1"),
      "too many columns": body("1", "2", "3"),
      "a count that lies": Buffer.concat([int16(2), int32(1), Buffer.from("1")]),
      "a length cut short": Buffer.concat([int16(2), int32(1), Buffer.from("1"), Buffer.alloc(3)]),
      "length -2": Buffer.concat([int16(2), int32(-2), int32(-1)]),
      "length -2147483648": Buffer.concat([int16(2), int32(-2147483648), int32(-1)]),
      "a length beyond the row": Buffer.concat([int16(2), int32(-1), int32(5), Buffer.from("1234")]),
      "a length beyond memory": Buffer.concat([int16(2), int32(-1), int32(0x7fffffff), Buffer.from("1234")]),
      "bytes left over": Buffer.concat([body("1", "2"), Buffer.alloc(1)]),
    }),
  )("%s", (_, bytes) => {
    const shapes: RowShape<unknown>[] = ["object", "tuple", "scalar", () => (values) => values]
    for (const shape of shapes) {
      for (const decoder of both(fields, shape)) expect(() => decode(decoder, bytes)).toThrow(ProtocolError)
    }
  })
})

describe("shapes and formats", () => {
  test("scalar is the first column, undefined when there is none", () => {
    for (const decoder of both([field("a", INT4), field("b")], "scalar"))
      expect(decode(decoder, body("7", "x"))).toBe(7)
    for (const decoder of both([], "scalar")) expect(decode(decoder, body())).toBeUndefined()
  })

  test("no columns make an empty object and an empty tuple", () => {
    for (const decoder of both([], "object")) expect(decode(decoder, body())).toEqual({})
    for (const decoder of both([], "tuple")) expect(decode(decoder, body())).toEqual([])
  })

  test("more columns than code is made for are read by the loop", () => {
    const fields = Array.from({ length: 1600 }, (_, i) => field(`c${i}`))
    for (const decoder of both<unknown[]>(fields, "tuple")) {
      expect(decode(decoder, body(...fields.map((_, i) => String(i))))[1599]).toBe("1599")
    }
  })

  test("each column is read in the format it was asked for in", () => {
    const fields = [field("a", INT4), field("b", INT4)]
    for (const decoder of both(fields, "tuple", [1, 0])) expect(decode(decoder, body(int32(5), "6"))).toEqual([5, 6])
  })

  test("a factory is asked once for all rows, with the fields", () => {
    let asked = 0
    const [decoder] = both([field("a", INT4)], (fields) => {
      asked++
      return (values) => `${fields[0]!.name}=${values[0]}`
    })
    expect([decode(decoder!, body("1")), decode(decoder!, body("2"))]).toEqual(["a=1", "a=2"])
    expect(asked).toBe(2) // once for each of the two decoders
  })

  test("a value that is none of its type is told with its column's name", () => {
    for (const decoder of both([field("good"), field("bad", INT4)], "object")) {
      expect(() => decode(decoder, body("x", "not a number"))).toThrow(
        expect.objectContaining({ code: "PGLINE_DECODE", column: "bad", type: "int4" }),
      )
    }
  })

  test("what a codec of the caller's throws is a DecodeError with its cause", () => {
    const own = createDefaultRegistry().register({
      name: "text",
      decode: () => {
        throw new RangeError("mine")
      },
      encode: String,
    })
    const decoder = rowDecoderFor([field("a")], [], "object", own, true)
    expect(() => decode(decoder, body("x"))).toThrow(
      expect.objectContaining({ code: "PGLINE_DECODE", column: "a", cause: expect.anything() }),
    )
  })
})

test("where the runtime forbids to make code the loop does it all", () => {
  const script = fileURLToPath(new URL("forbidden-code.ts", import.meta.url))
  const child = spawnSync(process.execPath, ["--disallow-code-generation-from-strings", script], { encoding: "utf8" })
  expect(child.stderr).toBe("")
  expect(JSON.parse(child.stdout)).toEqual({
    forbidden: true,
    rows: [{ a: 1, ["__proto__"]: "x", "'); process.exit();//": null }, [1, "x", null]],
  })
})
