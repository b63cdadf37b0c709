import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import type { Geometry } from "../../../src/types/geometry-types.ts"
import { geographyCodec, geometryCodec } from "../../../src/types/postgis.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const LITTLE: Readonly<Record<string, string>> = {
  "0": "0000000000000000",
  "1": "000000000000f03f",
  "2": "0000000000000040",
  "3": "0000000000000840",
  "4": "0000000000001040",
  n: "000000000000f87f",
}
const XY = (numbers: string): string => [...numbers].map((number) => LITTLE[number]).join("")
const LINE = `0102000000 02000000 ${XY("0011")}`
const RING = `04000000 ${XY("00100100")}`

/** What PostGIS prints for a geometry, with blanks for the eye. */
const CASES: readonly (readonly [string, string, Geometry])[] = [
  ["POINT(1 2)", `0101000000 ${XY("12")}`, { type: "Point", coordinates: [1, 2] }],
  ["SRID=4326;POINT(1 2)", `0101000020e6100000 ${XY("12")}`, { type: "Point", coordinates: [1, 2], srid: 4326 }],
  ["POINT Z (1 2 3)", `0101000080 ${XY("123")}`, { type: "Point", coordinates: [1, 2, 3] }],
  ["POINT M (1 2 3)", `0101000040 ${XY("123")}`, { type: "Point", coordinates: [1, 2, 3], measured: true }],
  ["POINT ZM (1 2 3 4)", `01010000c0 ${XY("1234")}`, { type: "Point", coordinates: [1, 2, 3, 4], measured: true }],
  ["POINT EMPTY", `0101000000 ${XY("nn")}`, { type: "Point", coordinates: [] }],
  [
    "LINESTRING(0 0,1 1)",
    LINE,
    {
      type: "LineString",
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  ["LINESTRING EMPTY", "0102000000 00000000", { type: "LineString", coordinates: [] }],
  [
    "POLYGON((0 0,1 0,0 1,0 0))",
    `0103000000 01000000 ${RING}`,
    {
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [0, 1],
          [0, 0],
        ],
      ],
    },
  ],
  [
    "MULTIPOINT(1 2,3 4)",
    `0104000000 02000000 0101000000 ${XY("12")} 0101000000 ${XY("34")}`,
    {
      type: "MultiPoint",
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [
    "MULTILINESTRING((0 0,1 1))",
    `0105000000 01000000 ${LINE}`,
    {
      type: "MultiLineString",
      coordinates: [
        [
          [0, 0],
          [1, 1],
        ],
      ],
    },
  ],
  [
    "MULTIPOLYGON(((0 0,1 0,0 1,0 0)))",
    `0106000000 01000000 0103000000 01000000 ${RING}`,
    {
      type: "MultiPolygon",
      coordinates: [
        [
          [
            [0, 0],
            [1, 0],
            [0, 1],
            [0, 0],
          ],
        ],
      ],
    },
  ],
  [
    "SRID=4326;GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(LINESTRING(0 0,1 1)))",
    `0107000020e6100000 02000000 0101000000 ${XY("12")} 0107000000 01000000 ${LINE}`,
    {
      type: "GeometryCollection",
      geometries: [
        { type: "Point", coordinates: [1, 2] },
        {
          type: "GeometryCollection",
          geometries: [
            {
              type: "LineString",
              coordinates: [
                [0, 0],
                [1, 1],
              ],
            },
          ],
        },
      ],
      srid: 4326,
    },
  ],
  [
    "COMPOUNDCURVE((0 0,1 1))",
    `0109000000 01000000 ${LINE}`,
    {
      type: "CompoundCurve",
      geometries: [
        {
          type: "LineString",
          coordinates: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    },
  ],
  [
    "TIN(((0 0,1 0,0 1,0 0)))",
    `0110000000 01000000 0111000000 01000000 ${RING}`,
    {
      type: "Tin",
      geometries: [
        {
          type: "Triangle",
          coordinates: [
            [
              [0, 0],
              [1, 0],
              [0, 1],
              [0, 0],
            ],
          ],
        },
      ],
    },
  ],
]

test.each(CASES)("%s", (_, spaced, geometry) => {
  const hex = spaced.replaceAll(" ", "")
  expect(fromHex(geometryCodec, hex)).toStrictEqual(geometry)
  expect(fromText(geometryCodec, hex.toUpperCase())).toStrictEqual(geometry)
  const written = toHex(geometryCodec, geometry) ?? ""
  expect(written.slice(0, 2)).toBe("00")
  expect(fromHex(geometryCodec, written)).toStrictEqual(geometry)
  expect(fromText(geographyCodec, geographyCodec.encodeText(geometry))).toStrictEqual(geometry)
  for (let cut = 0; cut < hex.length; cut += 2) {
    expect(() => fromHex(geometryCodec, hex.slice(0, cut))).toThrow(DecodeError)
  }
  expect(() => fromHex(geometryCodec, `${hex}00`)).toThrow(DecodeError)
  expect(() => fromText(geometryCodec, `${hex}0`)).toThrow(DecodeError)
  expect(() => fromText(geometryCodec, `${hex.slice(0, -1)}g`)).toThrow(DecodeError)
})

test("big-endian bytes and ISO's numbers of types are read, too", () => {
  expect(fromHex(geometryCodec, "00000000013ff00000000000004000000000000000")).toEqual({
    type: "Point",
    coordinates: [1, 2],
  })
  expect(fromHex(geometryCodec, `01e9030000${XY("123")}`)).toEqual({ type: "Point", coordinates: [1, 2, 3] })
  expect(fromHex(geometryCodec, `01d1070000${XY("123")}`)).toEqual({
    type: "Point",
    coordinates: [1, 2, 3],
    measured: true,
  })
})

test("the written bytes are in network order", () => {
  expect(toHex(geometryCodec, { type: "Point", coordinates: [1, 2], srid: 4326 })).toBe(
    "0020000001000010e63ff00000000000004000000000000000",
  )
  expect(geometryCodec.encodeText({ type: "Point", coordinates: [1, 2] })).toBe(
    "00000000013FF00000000000004000000000000000",
  )
  expect(geometryCodec.encodeText("POINT(1 2)")).toBe("POINT(1 2)")
})

test.each([
  ["an unknown type", `010d000000${XY("12")}`],
  ["an ISO number beyond ZM", `01a10f0000${XY("12")}`],
  ["more points than bytes", "0102000000ffffffff"],
  ["more rings than bytes", "0103000000ffffff3f00000000"],
  ["more members than bytes", "0107000000ffffff7f010100000000"],
  ["a line among points", `010400000001000000${LINE.replaceAll(" ", "")}`],
  ["too many inside one another", `${"010700000001000000".repeat(300)}0101000000${XY("12")}`],
])("%s is malformed", (_, hex) => {
  expect(() => fromHex(geometryCodec, hex)).toThrow(DecodeError)
})

test.each([
  ["no coordinates", { type: "Point" }],
  ["one number", { type: "Point", coordinates: [1] }],
  ["five numbers", { type: "Point", coordinates: [1, 2, 3, 4, 5] }],
  ["two numbers and a measure to come", { type: "Point", coordinates: [1, 2], measured: true }],
  ["text", { type: "Point", coordinates: [1, "2"] }],
  ["positions of different sizes", { type: "LineString", coordinates: [[1, 2], [3]] }],
  ["a position too deep", { type: "LineString", coordinates: [[[1, 2]]] }],
  ["a position not deep enough", { type: "Polygon", coordinates: [[1, 2]] }],
  ["no members", { type: "GeometryCollection" }],
  ["a member of no type", { type: "GeometryCollection", geometries: [{ coordinates: [1, 2] }] }],
  ["a member that is nothing", { type: "GeometryCollection", geometries: [null] }],
  ["an SRID out of range", { type: "Point", coordinates: [1, 2], srid: -1 }],
  ["half an SRID", { type: "Point", coordinates: [1, 2], srid: 1.5 }],
])("%s is refused", (_, value) => {
  expect(() => toHex(geometryCodec, value)).toThrow(EncodeError)
  expect(() => geometryCodec.encodeText(value)).toThrow(EncodeError)
})

test("a geometry inside itself is refused", () => {
  const geometries: unknown[] = []
  const endless = { type: "GeometryCollection", geometries }
  geometries.push(endless, endless)
  expect(() => toHex(geometryCodec, endless)).toThrow(EncodeError)
})

test("other values are no geometries", () => {
  for (const value of [{}, [1, 2], { type: "toString" }, { type: "point", coordinates: [1, 2] }, "\0", new Date()]) {
    expect(toHex(geometryCodec, value)).toBeUndefined()
    expect(() => geometryCodec.encodeText(value)).toThrow(EncodeError)
  }
})
