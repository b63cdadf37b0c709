/** Our own registry, for projects without `pg-types`, against that package. */

import fc from "fast-check"
import pgTypes from "pg-types"
import { describe, expect, it } from "vitest"
import { ArrayParser } from "../../../src/pg/array-parser.ts"
import { builtinOids } from "../../../src/pg/builtin-oids.ts"
import { createTypes } from "../../../src/pg/types.ts"

const own = createTypes()
const both = (oid: number, text: string): [unknown, unknown] => [
  own.getTypeParser(oid)(text),
  (pgTypes.getTypeParser(oid) as (value: string) => unknown)(text),
]

/** Intervals are of different classes and otherwise the same. */
function plain(value: unknown): unknown {
  return value instanceof Object && "toPostgres" in value
    ? {
        ...value,
        sql: (value as { toPostgres(): string }).toPostgres(),
        iso: (value as unknown as { toISO(): string }).toISO(),
      }
    : Array.isArray(value)
      ? value.map(plain)
      : value
}

describe("text", () => {
  it.each([
    [16, ["t", "f", "true", "TRUE", "yes", "on", "1", "y", "no", ""]],
    [17, ["\\x", "\\x00ff41", "abc", "a\\\\b", "\\000\\377\\101", "\\\\\\\\"]],
    [20, ["0", "-9223372036854775808"]],
    [23, ["5", "-5", "0012"]],
    [600, ["(1,2)", "(1.5,-2e10)", "x"]],
    [700, ["1.5", "NaN", "Infinity", "-Infinity"]],
    [718, ["<(1,2),3>", "<(1.5,-2),0.25>"]],
    [1000, ["{t,f,NULL}"]],
    [1007, ["{1,NULL,-3}", "{{1,2},{3,4}}", "[2:3]={5,6}", "{}", ""]],
    [1017, ['{"(1,2)","(3,4)",NULL}']],
    [1082, ["2026-11-20", "0044-03-15 BC", "infinity", "0099-01-01", "12345-01-01", "nope"]],
    [1114, ["2026-11-20 10:00:00.123456", "0001-01-01 00:00:00", "0044-03-15 12:00:00 BC"]],
    [1184, ["2026-11-20 10:00:00.029+00", "2026-11-20 10:00:00-05:30", "1883-11-18 12:03:58-07:52:58", "-infinity"]],
    [
      1186,
      ["00:00:00", "1 year 2 mons -3 days +04:05:06.789", "-00:00:00.5", "1 day", "", "-1 years", "00:00:01.000001"],
    ],
    [1187, ['{"1 day","00:00:01"}']],
    [1231, ["{1.5,NULL,2.25}"]],
    [3802, ['{"a": [1, null]}']],
    [3807, ['{"{\\"a\\": 1}",NULL}']],
    [99999, ["anything"]],
  ] as const)("of type %i is read as pg-types reads it", (oid, texts) => {
    for (const text of texts) {
      const [ours, theirs] = both(oid, text)
      expect(plain(ours), text).toEqual(plain(theirs))
    }
  })

  it("has a parser for the same types", () => {
    const oids = [...Object.values(builtinOids), ...Array.from({ length: 4100 }, (_, oid) => oid)]
    const hasParser = (types: { getTypeParser(oid: number): unknown }, oid: number): boolean =>
      types.getTypeParser(oid) !== types.getTypeParser(-1)
    const different = oids.filter((oid) => hasParser(own, oid) !== hasParser(pgTypes, oid))
    expect(different).toEqual([])
    expect(own.builtins).toEqual(pgTypes.builtins)
  })

  it("knows timestamps of any time and offset", () => {
    const digits = (max: number, width = 2): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max }).map((n) => String(n).padStart(width, "0"))
    const text = fc
      .tuple(
        fc.date({ min: new Date("0001-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true }),
        fc.option(digits(999999, 6)),
        fc.constantFrom("", "+00", "-08", "+05:30", "-07:52:58"),
        fc.constantFrom("", " BC"),
      )
      .map(([date, fraction, offset, era]) => {
        const [day, time] = date.toISOString().slice(0, 19).split("T")
        return `${day} ${time}${fraction === null ? "" : `.${fraction}`}${offset}${era}`
      })
    fc.assert(
      fc.property(text, (value) => {
        const [ours, theirs] = both(1184, value)
        expect(ours).toEqual(theirs)
      }),
      { numRuns: 2000 },
    )
  })

  it("knows arrays of any strings", () => {
    const literal = (values: readonly (string | null)[]): string =>
      `{${values.map((v) => (v === null ? "NULL" : `"${v.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`)).join(",")}}`
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: "grapheme" }))), (values) => {
        expect(both(1009, literal(values))).toEqual([values, values])
      }),
      { numRuns: 1000 },
    )
  })
})

describe("binary", () => {
  const parse = (oid: number, hex: string): unknown => own.getTypeParser(oid, "binary")(Buffer.from(hex, "hex"))

  it.each([
    [16, "01", true],
    [20, "8000000000000000", "-9223372036854775808"],
    [21, "ffff", -1],
    [23, "0000012c", 300],
    [25, "c3a9", "é"],
    [700, "3fc00000", 1.5],
    [701, "bff8000000000000", -1.5],
    [1007, "000000010000000000000017000000020000000100000004000000050000000400000007", [5, 7]],
    [1009, "00000001000000010000001900000002000000010000000161ffffffff", ["a", null]],
    [1184, "0000000000000000", new Date(946_684_800_000)],
    [1700, "0002000000000002000c1388", 12.5],
    [1700, "00000000c0000000", Number.NaN],
    [1700, "00000000d0000000", Number.POSITIVE_INFINITY],
    [1700, "00000000f0000000", Number.NEGATIVE_INFINITY],
  ] as const)("of type %i, %s", (oid, hex, expected) => {
    expect(parse(oid, hex)).toEqual(expected)
  })
})

it("parsers can be replaced, in text unless a format is given", () => {
  const types = createTypes()
  types.setTypeParser(23, (text: string) => `<${text}>`)
  types.setTypeParser(23, "binary", () => "bytes")
  expect([types.getTypeParser(23)("1"), types.getTypeParser(23, "text")("1")]).toEqual(["<1>", "<1>"])
  expect(types.getTypeParser(23, "binary")(Buffer.alloc(4))).toBe("bytes")
  expect(own.getTypeParser(23)("1")).toBe(1)
})

it("an array without its last brace is refused", () => {
  expect(() => new ArrayParser("{a,{b}").parse()).toThrow("array dimension not balanced")
})
