import { describe, expect, test } from "vitest"
import { DecodeError } from "../../../src/errors/client-error.ts"
import { CATALOG_QUERY, catalogParameters, readCatalogAnswer } from "../../../src/types/catalog.ts"

const head = {
  oid: 90001,
  name: "mood",
  schema: "app",
  array: 90002,
  delimiter: ",",
  base: 0,
  subtype: null,
  range: null,
}
const described = { oid: 90001, name: "mood", schema: "app", arrayOid: 90002, delimiter: "," }

function read(row: object): unknown {
  return readCatalogAnswer(JSON.stringify({ types: [row], names: null })).types[0]
}

describe("the answer", () => {
  test.each([
    [
      { kind: "e", labels: ["a", 'b"'] },
      { kind: "enum", labels: ["a", 'b"'] },
    ],
    [
      { kind: "e", labels: null },
      { kind: "enum", labels: [] },
    ],
    [
      { kind: "d", base: 23 },
      { kind: "domain", baseOid: 23 },
    ],
    [
      { kind: "c", attributes: [["a", 23]] },
      { kind: "composite", attributes: [{ name: "a", oid: 23 }] },
    ],
    [
      { kind: "c", attributes: null },
      { kind: "composite", attributes: [] },
    ],
    [
      { kind: "r", subtype: 20 },
      { kind: "range", subtypeOid: 20 },
    ],
    [
      { kind: "m", range: 90005 },
      { kind: "multirange", rangeOid: 90005 },
    ],
    [{ kind: "b" }, { kind: "base" }],
    [{ kind: "p" }, { kind: "base" }],
    [{ kind: "b", binary: true }, { kind: "base" }],
    [
      { kind: "b", binary: false },
      { kind: "base", hasBinary: false },
    ],
  ])("%j", (row, expected) => {
    expect(read({ ...head, labels: null, attributes: null, ...row })).toEqual({ ...described, ...expected })
  })

  test("names, and nothing at all", () => {
    expect(readCatalogAnswer('{"types":null,"names":{"__proto__":5,"a":6}}')).toEqual({
      types: [],
      names: [
        ["__proto__", 5],
        ["a", 6],
      ],
    })
    expect(readCatalogAnswer('{"types":null,"names":null}')).toEqual({ types: [], names: [] })
  })

  test.each(["", "null", "[", '{"types":[null],"names":null}'])("%j is none", (text) => {
    expect(() => readCatalogAnswer(text)).toThrow(DecodeError)
  })
})

test("OIDs and names as array literals", () => {
  expect(catalogParameters([1, 4294967295], ["a", 'app."B c"', "NULL", "x\\y", ""])).toEqual([
    "{1,4294967295}",
    '{a,"app.\\"B c\\"","NULL","x\\\\y",""}',
  ])
  expect(catalogParameters([], [])).toEqual(["{}", "{}"])
})

test("every function, table and operator is named with its schema", () => {
  expect(CATALOG_QUERY).not.toMatch(/\b(?:from|join) (?!pg_catalog\.|needed|named|lateral)\w/)
  expect(CATALOG_QUERY.replaceAll(/operator\(pg_catalog\.[=<>]+\)/g, "")).not.toMatch(/ [=<>]+ /)
})
