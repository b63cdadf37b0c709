import { describe, expect, test } from "vitest"
import { KnownTypes, type TypeDescription } from "../../../src/types/known-types.ts"

function mood(oid: number, schema = "public", name = "mood"): TypeDescription {
  return { kind: "enum", oid, name, schema, arrayOid: oid + 1, labels: ["sad"] }
}

describe("KnownTypes", () => {
  test.each([
    ["int8", 20],
    ["bigint[]", 1016],
    ["_int8", 1016],
    ["pg_catalog.int8", 20],
    ["character varying", 1043],
    ["record[]", 2287],
    ["tstzmultirange[]", 6153],
    ["unknown[]", undefined],
    ["nothing", undefined],
    ["public.int8", undefined],
    ["a.b.c", undefined],
  ])("%s is %s from the start", (name, oid) => {
    expect(new KnownTypes().oidOf(name)).toBe(oid)
  })

  test("knows the elements of built-in arrays", () => {
    const known = new KnownTypes()
    expect([known.elementOid(1007), known.elementOid(23)]).toEqual([23, undefined])
    expect(known.type(3904)).toMatchObject({ kind: "range", subtypeOid: 23 })
    expect(known.type(4451)).toMatchObject({ kind: "multirange", rangeOid: 3904 })
    expect(known.type(603)).toMatchObject({ kind: "base", delimiter: ";" })
  })

  test("learns types, by bare and by full name", () => {
    const known = new KnownTypes()
    const before = known.generation
    known.learn([mood(90001), mood(90003, "app", "Mood")])
    expect(known.generation).toBeGreaterThan(before)
    expect([known.oidOf("mood"), known.oidOf("public.mood[]"), known.oidOf("_mood")]).toEqual([90001, 90002, 90002])
    expect([known.oidOf('"Mood"'), known.oidOf('app."Mood"'), known.oidOf("app.mood")]).toEqual([
      90003,
      90003,
      undefined,
    ])
    expect(known.elementOid(90002)).toBe(90001)
  })

  test("a type made again replaces its namesake", () => {
    const known = new KnownTypes()
    known.learn([mood(90001)])
    known.learn([mood(90011)])
    expect(known.oidOf("mood")).toBe(90011)
  })

  test("a built-in type is not shadowed by a namesake", () => {
    const known = new KnownTypes()
    known.learn([mood(90001, "public", "money")])
    expect([known.oidOf("money"), known.oidOf("public.money")]).toEqual([790, 90001])
    expect([known.isBuiltin("money"), known.isBuiltin("mood")]).toEqual([true, false])
  })
})
