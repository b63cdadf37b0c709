import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { builtinTypes, oids } from "../../../src/types/oids.generated.ts"
import { generateOids } from "../../generate/oids.ts"

test("the generated file is what its generator writes", () => {
  const file = new URL("../../../src/types/oids.generated.ts", import.meta.url)
  expect(readFileSync(file, "utf8")).toBe(generateOids())
})

test("types are known with their arrays, ranges and multiranges", () => {
  const byName = new Map(builtinTypes.map((type) => [type[1], type]))
  expect(byName.get("bool")).toEqual([16, "bool", 1000, "b", "B", ",", 0])
  expect(byName.get("box")).toEqual([603, "box", 1020, "b", "G", ";", 0])
  expect(byName.get("record")).toEqual([2249, "record", 2287, "p", "P", ",", 0])
  expect(byName.get("tstzrange")).toEqual([3910, "tstzrange", 3911, "r", "R", ",", 1184])
  expect(byName.get("tstzmultirange")).toEqual([4534, "tstzmultirange", 6153, "m", "R", ",", 3910])
  expect(oids.timestamptz).toBe(1184)
})
