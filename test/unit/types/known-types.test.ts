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

  test("a type that is gone takes its names along, but not those of what was made in its place", () => {
    const known = new KnownTypes()
    known.learn([mood(90001), mood(90003, "app", "tune")])
    const before = known.generation
    known.drop(90002)
    expect(known.generation).toBeGreaterThan(before)
    expect([known.oidOf("mood"), known.oidOf("public.mood"), known.type(90001)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    known.learn([mood(90005)])
    known.forget([90005])
    known.drop(90001)
    known.drop(23)
    expect([known.oidOf("mood"), known.oidOf("app.tune[]"), known.oidOf("int4")]).toEqual([90005, 90004, 23])
    known.drop(90005)
    expect(known.oidOf("mood")).toBeUndefined()
  })

  test("a built-in type is not shadowed by a namesake", () => {
    const known = new KnownTypes()
    known.learn([mood(90001, "public", "money")])
    expect([known.oidOf("money"), known.oidOf("public.money")]).toEqual([790, 90001])
    expect([known.isBuiltin("money"), known.isBuiltin("mood")]).toEqual([true, false])
  })
})

describe("what the catalogs say later", () => {
  const composite: TypeDescription = {
    kind: "composite",
    oid: 90021,
    name: "pair",
    schema: "public",
    arrayOid: 90022,
    attributes: [{ name: "a", oid: 23 }],
  }

  test("a type is unknown until it was learnt, or is known to be missing", () => {
    const known = new KnownTypes()
    expect([23, 1007, 90001, 90002].map((oid) => known.isUnknown(oid))).toEqual([false, false, true, true])
    known.learnMissing([90001])
    expect([known.isUnknown(90001), known.isUnknown(90002), known.isLearnt(90001)]).toEqual([false, true, false])
    known.learn([mood(90001)])
    expect([known.isUnknown(90002), known.isLearnt(90001), known.isLearnt(90002), known.isLearnt(1007)]).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test("built-in types are not learnt anew", () => {
    const known = new KnownTypes()
    known.learn([{ kind: "enum", oid: 23, name: "int4", schema: "pg_catalog", arrayOid: 1007, labels: [] }])
    expect(known.type(23)).toMatchObject({ kind: "base" })
  })

  test("composites are forgotten when one may have changed, others when they are named", () => {
    const known = new KnownTypes()
    known.learn([mood(90001), composite])
    const before = known.generation
    known.onCompleted("ALTER SEQUENCE")
    expect(known.generation).toBe(before)
    known.onCompleted("ALTER TYPE")
    expect([90001, 90021, 90022].map((oid) => known.isUnknown(oid))).toEqual([false, true, true])
    known.learn([composite])
    known.forget([90002, 90022, 23])
    expect([90001, 90021, 23].map((oid) => known.isUnknown(oid))).toEqual([true, true, false])
    expect(known.generation).toBeGreaterThan(before)
  })

  test("a name in several schemas means nothing until the server says what", () => {
    const known = new KnownTypes()
    known.learn([mood(90001), mood(90003, "app")])
    expect([known.oidOf("mood"), known.oidOf("app.mood"), known.oidOf("public.mood[]")]).toEqual([
      undefined,
      90003,
      90002,
    ])
    known.learnName("mood[]", 90004)
    expect([known.oidOf("mood"), known.oidOf("mood[]")]).toEqual([90003, 90004])
  })

  test("a lookup is waited for on its own connection, elsewhere only when nothing stands before it", () => {
    const known = new KnownTypes()
    const [here, there] = [{}, {}]
    const lookup = { oids: new Set([1, 2]), connection: here, isNext: false, onOver: [] }
    known.lookups.add(lookup)
    expect(known.pendingLookup([1], here)).toBe(lookup)
    expect(known.pendingLookup([1], there)).toBeUndefined()
    expect(known.pendingLookup([1, 3], here)).toBeUndefined()
    const next = { ...lookup, isNext: true }
    known.lookups.add(next)
    expect(known.pendingLookup([2], there)).toBe(next)
  })
})
