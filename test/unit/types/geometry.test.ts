import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import type { Codec } from "../../../src/types/codec.ts"
import {
  boxCodec,
  circleCodec,
  lineCodec,
  lsegCodec,
  pathCodec,
  pointCodec,
  polygonCodec,
} from "../../../src/types/geometry.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const ONE = "3ff0000000000000"
const TWO = "4000000000000000"
const THREE = "4008000000000000"
const FOUR = "4010000000000000"

const PAIRS: readonly (readonly [Codec, string, string, unknown])[] = [
  [pointCodec, ONE + TWO, "(1,2)", { x: 1, y: 2 }],
  [pointCodec, "7ff00000000000008000000000000000", "(Infinity,-0)", { x: Infinity, y: -0 }],
  [pointCodec, "7ff80000000000003fb999999999999a", "(NaN,0.1)", { x: Number.NaN, y: 0.1 }],
  [lineCodec, ONE + TWO + THREE, "{1,2,3}", { a: 1, b: 2, c: 3 }],
  [lsegCodec, ONE + TWO + THREE + FOUR, "[(1,2),(3,4)]", { start: { x: 1, y: 2 }, end: { x: 3, y: 4 } }],
  [boxCodec, THREE + FOUR + ONE + TWO, "(3,4),(1,2)", { high: { x: 3, y: 4 }, low: { x: 1, y: 2 } }],
  [circleCodec, ONE + TWO + THREE, "<(1,2),3>", { center: { x: 1, y: 2 }, radius: 3 }],
  [pathCodec, `0000000001${ONE}${TWO}`, "[(1,2)]", { closed: false, points: [{ x: 1, y: 2 }] }],
  [
    pathCodec,
    `0100000002${ONE}${TWO}${THREE}${FOUR}`,
    "((1,2),(3,4))",
    {
      closed: true,
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    },
  ],
  [
    polygonCodec,
    `00000002${ONE}${TWO}${THREE}${FOUR}`,
    "((1,2),(3,4))",
    {
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    },
  ],
]

test.each(PAIRS.map(([codec, hex, text, value]) => [codec.name, hex, text, codec, value] as const))(
  "%s %s is %s in both formats and both directions",
  (_, hex, text, codec, value) => {
    expect(fromHex(codec, hex)).toStrictEqual(value)
    expect(fromText(codec, text)).toStrictEqual(value)
    expect(toHex(codec, value)).toBe(hex)
    expect(codec.encodeText(value)).toBe(text)
    expect(toHex(codec, text)).toBeUndefined()
    expect(codec.encodeText(text)).toBe(text)
    for (const cut of [hex.slice(2), hex.slice(0, -2), `${hex}00`, ""]) {
      expect(() => fromHex(codec, cut)).toThrow(DecodeError)
    }
    for (const wrong of [
      text.slice(1),
      text.slice(0, -1),
      `${text} `,
      text.replace(/\d+/, "x"),
      text.replace(/\d[\d.]*/, ""),
      "",
    ]) {
      expect(() => fromText(codec, wrong)).toThrow(DecodeError)
    }
    for (const wrong of [
      {},
      { x: 1 },
      { x: "1", y: 2 },
      [1, 2],
      { center: null, radius: 1 },
      { high: 1, low: 2 },
      "\0",
    ]) {
      expect(() => codec.encodeText(wrong)).toThrow(EncodeError)
      expect(toHex(codec, wrong)).toBeUndefined()
    }
  },
)

test("a count of points that the bytes cannot hold allocates nothing", () => {
  for (const count of ["00000000", "00000002", "7fffffff", "ffffffff", "10000001"]) {
    expect(() => fromHex(polygonCodec, count + ONE + TWO)).toThrow(DecodeError)
    expect(() => fromHex(pathCodec, `01${count}${ONE}${TWO}`)).toThrow(DecodeError)
  }
  expect(() => fromHex(pathCodec, `0200000001${ONE}${TWO}`)).toThrow(DecodeError)
})

test("a path or polygon has at least one point, and each is one", () => {
  for (const points of [[], [{ x: 1 }], [{ x: 1, y: "2" }], [null]]) {
    expect(() => toHex(polygonCodec, { points })).toThrow(EncodeError)
    expect(() => polygonCodec.encodeText({ points })).toThrow(EncodeError)
    expect(() => pathCodec.encodeText({ closed: true, points })).toThrow(EncodeError)
  }
  expect(() => pathCodec.encodeText({ points: [{ x: 1, y: 2 }] })).toThrow(EncodeError)
})

test("brackets that do not match are malformed", () => {
  expect(() => fromText(pathCodec, "[(1,2))")).toThrow(DecodeError)
  expect(() => fromText(pointCodec, "[1,2]")).toThrow(DecodeError)
  expect(() => fromText(lsegCodec, "(1,2),(3,4)")).toThrow(DecodeError)
})

test("the elements of a box array are separated by semicolons", () => {
  expect(boxCodec.delimiter).toBe(";")
  expect(pointCodec.delimiter).toBeUndefined()
})
