import { describe, expect, test } from "vitest"
import { ConfigError, DecodeError, EncodeError, UsageError } from "../../../src/errors/client-error.ts"
import { createDefaultRegistry, withTypeOptions } from "../../../src/types/defaults.ts"
import { int8Codec } from "../../../src/types/int.ts"
import type { TypeDescription } from "../../../src/types/known-types.ts"
import { builtinTypes, oids } from "../../../src/types/oids.generated.ts"
import { Range } from "../../../src/types/range.ts"
import type { TypeRegistry } from "../../../src/types/registry.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const app = { schema: "app" } as const
const MOOD: TypeDescription = { ...app, kind: "enum", oid: 90001, name: "mood", arrayOid: 90002, labels: ["ok"] }
const POSINT: TypeDescription = { ...app, kind: "domain", oid: 90003, name: "posint", arrayOid: 90004, baseOid: 20 }
const INNER: TypeDescription = {
  ...app,
  kind: "composite",
  oid: 90005,
  name: "inner",
  arrayOid: 90006,
  attributes: [
    { name: "n", oid: 90003 },
    { name: "m", oid: 90001 },
  ],
}
const OUTER: TypeDescription = {
  ...app,
  kind: "composite",
  oid: 90007,
  name: "outer",
  arrayOid: 90008,
  attributes: [{ name: "list", oid: 90006 }],
}
const SPAN: TypeDescription = { ...app, kind: "range", oid: 90009, name: "span", arrayOid: 90010, subtypeOid: 20 }
const SPANS: TypeDescription = {
  ...app,
  kind: "multirange",
  oid: 90011,
  name: "spans",
  arrayOid: 90012,
  rangeOid: 90009,
}
const CITEXT: TypeDescription = { ...app, kind: "base", oid: 90013, name: "citext", arrayOid: 90014 }

function learnt(): TypeRegistry {
  const registry = createDefaultRegistry()
  registry.learn([OUTER, INNER, POSINT, MOOD, SPANS, SPAN, CITEXT])
  return registry
}

function read(registry: TypeRegistry, oid: number, text: string): unknown {
  return fromText(registry.codec(oid)!, text)
}

const asNumber = { name: "int8", decode: Number, encode: String }

describe("finding codecs", () => {
  test("every built-in type and its array has one, under its name", () => {
    const registry = createDefaultRegistry()
    for (const [oid, name, arrayOid] of builtinTypes) {
      expect(registry.codec(oid)?.name).toBe(name)
      if (arrayOid !== 0) expect(registry.codec(arrayOid)?.name).toBe(`${name}[]`)
    }
  })

  test("is stable, and undefined for what is not known", () => {
    const registry = createDefaultRegistry()
    expect(registry.codec(1016)).toBe(registry.codec(1016))
    expect(registry.codec(90001)).toBeUndefined()
    expect(registry.codecOrText(90001).name).toBe("type 90001")
    expect(fromText(registry.codecOrText(90001), "as it is")).toBe("as it is")
  })

  test("by SQL name, base types even before their OID is known", () => {
    const registry = createDefaultRegistry()
    expect(registry.codecByName("timestamp with time zone[]")?.name).toBe("timestamptz[]")
    expect(registry.codecByName("citext")?.name).toBe("citext")
    expect(registry.oidOf("citext")).toBeUndefined()
    expect([registry.codecByName("mood"), registry.codecByName("mood[]"), registry.codecByName("a.b.c")]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test("the delimiter of a type is that of the catalogs", () => {
    const registry = createDefaultRegistry()
    expect(registry.codec(1020)!.encodeText(["(1,1),(0,0)", "(3,3),(2,2)"])).toContain(";")
    registry.learn([{ ...CITEXT, oid: 90101, name: "odd", arrayOid: 90102, delimiter: "|" }])
    expect(read(registry, 90102, "{a|b}")).toEqual(["a", "b"])
  })
})

describe("types learnt from the catalogs", () => {
  test("composites of domains and enums, nested in arrays", () => {
    const registry = learnt()
    const value = { list: [{ n: 5n, m: "ok" }, null] }
    const codec = registry.codec(90007)!
    expect(fromText(codec, codec.encodeText(value))).toEqual(value)
    expect(fromHex(codec, toHex(codec, value)!)).toEqual(value)
    expect(codec.resultFormat).toBe(1)
  })

  test("a type that contains another in a billion ways is made once for each type", () => {
    const types = Array.from({ length: 30 }, (_, i): TypeDescription => {
      const oid = 91000 + i
      const attributes = ["a", "b"].map((name) => ({ name, oid: i === 0 ? 23 : oid - 1 }))
      return { ...app, kind: "composite", oid, name: `c${i}`, arrayOid: 92000 + i, attributes }
    })
    const registry = createDefaultRegistry()
    registry.learn(types)
    expect(registry.codec(91029)?.name).toBe("c29")
    expect(read(registry, 91001, '("(1,2)","(3,4)")')).toEqual({ a: { a: 1, b: 2 }, b: { a: 3, b: 4 } })
  })

  test("ranges and multiranges", () => {
    const registry = learnt()
    expect(read(registry, 90009, "[1,5)")).toEqual(new Range(1n, 5n))
    expect(read(registry, 90011, "{[1,5),[7,)}")).toEqual([new Range(1n, 5n), new Range<bigint>(7n, null)])
    expect(read(registry, 90012, '{"{[1,5)}"}')).toEqual([[new Range(1n, 5n)]])
  })

  test("extension types are found by name once their OID is known", () => {
    expect(learnt().codec(90013)?.name).toBe("citext")
    expect(learnt().oidOf("citext[]")).toBe(90014)
  })

  test("are seen by all registries over the same known types, and change their versions", () => {
    const registry = createDefaultRegistry()
    const fork = registry.fork()
    const before = fork.version
    registry.learn([MOOD])
    expect(fork.codec(90001)?.name).toBe("mood")
    expect(fork.version).not.toBe(before)
  })

  test("a type that was unknown is read properly as soon as it is known", () => {
    const registry = createDefaultRegistry()
    registry.learn([INNER])
    expect(read(registry, 90005, "(5,ok)")).toEqual({ n: "5", m: "ok" })
    registry.learn([POSINT])
    expect(read(registry, 90005, "(5,ok)")).toEqual({ n: 5n, m: "ok" })
  })

  test("types that contain themselves, which only a lying server has, end as text", () => {
    const registry = createDefaultRegistry()
    registry.learn([
      { ...POSINT, baseOid: 90003 },
      { ...INNER, attributes: [{ name: "self", oid: 90006 }] },
    ])
    expect(read(registry, 90003, "5")).toBe("5")
    expect(read(registry, 90005, '("{x}")')).toEqual({ self: ["x"] })
  })
})

describe("records", () => {
  test("are read by the registry's own codecs, in arrays too", () => {
    const hex = "000000010000001400000008000000000000" + "0007"
    expect(fromHex(createDefaultRegistry().codec(oids.record)!, hex)).toEqual([7n])
    expect(fromHex(createDefaultRegistry({ int8: "number" }).codec(oids.record)!, hex)).toEqual([7])
    expect(read(createDefaultRegistry(), 2287, '{"(1,a)"}')).toEqual([["1", "a"]])
  })
})

describe("register", () => {
  test("by name reaches every container of the type", () => {
    const registry = learnt().register(asNumber)
    expect(read(registry, 20, "5")).toBe(5)
    expect(read(registry, 1016, "{5}")).toEqual([5])
    expect(read(registry, 3926, "[1,5)")).toEqual(new Range(1, 5))
    expect(read(registry, 90003, "5")).toBe(5)
    expect(read(registry, 90005, "(5,ok)")).toEqual({ n: 5, m: "ok" })
    expect(read(registry, 90008, '{"(\\"{\\"\\"(5,ok)\\"\\"}\\")"}')).toEqual([{ list: [{ n: 5, m: "ok" }] }])
    expect(registry.codecByName("bigint")!.encodeText(5)).toBe("5")
  })

  test("by alias, by full name, by array name, by OID", () => {
    const upper = { decode: (text: string) => text.toUpperCase(), encode: String }
    expect(read(createDefaultRegistry().register({ name: "bigint", ...upper }), 20, "x")).toBe("X")
    const registry = learnt()
    registry.register({ name: "app.mood", ...upper })
    expect([read(registry, 90001, "ok"), read(registry, 90002, "{ok}")]).toEqual(["OK", ["OK"]])
    registry.register({ name: "other.mood", decode: () => "wrong", encode: String })
    expect(read(registry, 90001, "ok")).toBe("OK")
    registry.register({ name: "app.mood[]", ...upper })
    expect(read(registry, 90002, "{ok}")).toBe("{OK}")
    registry.register({ name: "anything", oid: 90005, ...upper })
    expect(read(registry, 90005, "(a)")).toBe("(A)")
    registry.register({ name: "not yet known", oid: 77777, ...upper })
    expect(read(registry, 77777, "a")).toBe("A")
  })

  test("before the type is known", () => {
    const registry = createDefaultRegistry().register({ name: "mood", decode: (text) => ({ text }), encode: String })
    expect(registry.codecByName("mood")?.name).toBe("mood")
    registry.learn([MOOD])
    expect(read(registry, 90001, "ok")).toEqual({ text: "ok" })
  })

  test("a bare name does not reach a namesake of a built-in type", () => {
    const registry = createDefaultRegistry().register({ name: "money", decode: () => "mine", encode: String })
    registry.learn([{ ...MOOD, name: "money" }])
    expect([read(registry, oids.money, "$1.00"), read(registry, 90001, "ok")]).toEqual(["mine", "ok"])
  })

  test("with a binary form, results are asked for in it", () => {
    const registry = createDefaultRegistry().register({
      name: "int4",
      decode: (text) => `text ${text}`,
      encode: (value) => String(value).slice(1),
      binary: {
        decode: (bytes) => `binary ${Buffer.from(bytes).toString("hex")}`,
        encode: (value, writer) => {
          if (value !== "#7") return false
          writer.int32(7)
          return undefined
        },
      },
    })
    const codec = registry.codec(23)!
    expect(codec.resultFormat).toBe(1)
    expect([fromHex(codec, "00000007"), fromText(codec, "7")]).toEqual(["binary 00000007", "text 7"])
    expect([toHex(codec, "#7"), toHex(codec, "#8"), codec.encodeText("#8")]).toEqual(["00000007", undefined, "8"])
  })

  test("what the caller's functions throw becomes the cause of the proper error", () => {
    const boom = (): never => {
      throw new RangeError("boom")
    }
    const binary = { decode: boom, encode: boom }
    const codec = createDefaultRegistry().register({ name: "int4", decode: boom, encode: boom, binary }).codec(23)!
    const cause = expect.objectContaining({ cause: expect.any(RangeError) })
    for (const decode of [() => fromText(codec, "1"), () => fromHex(codec, "00")]) {
      expect(decode).toThrow(DecodeError)
      expect(decode).toThrow(cause)
    }
    for (const encode of [() => codec.encodeText(1), () => toHex(codec, 1)]) {
      expect(encode).toThrow(EncodeError)
      expect(encode).toThrow(cause)
    }
    const silent = createDefaultRegistry().register({ name: "int4", decode: String, encode: () => undefined as never })
    expect(() => silent.codec(23)!.encodeText(1)).toThrow("expected a string from its registered codec, got undefined")
    const nul = createDefaultRegistry().register({ name: "int4", decode: String, encode: () => "\0" })
    expect(() => nul.codec(23)!.encodeText(1)).toThrow(EncodeError)
  })

  test("arrays of a type whose values are arrays", () => {
    const pair = { decode: JSON.parse, encode: JSON.stringify }
    const registry = createDefaultRegistry().register({ name: "point", ...pair, takesArrays: true })
    expect(registry.codec(1017)!.encodeText([[1, 2]])).toBe('{"[1,2]"}')
    const json = createDefaultRegistry().register({ name: "jsonb", ...pair })
    expect(json.codec(3807)!.encodeText([[1, 2]])).toBe('{"[1,2]"}')
  })

  test("refuses a name that is none", () => {
    expect(() => createDefaultRegistry().register({ ...asNumber, name: "a.b.c" })).toThrow(ConfigError)
  })
})

describe("forks", () => {
  test("start with everything registered, and part ways when one is changed", () => {
    const parent = createDefaultRegistry().register(asNumber)
    const fork = parent.fork()
    expect(fork.version).toBe(parent.version)
    expect(read(fork, 20, "5")).toBe(5)
    fork.register({ name: "int4", decode: (text) => `fork ${text}`, encode: String })
    expect([read(fork, 1007, "{5}"), read(parent, 1007, "{5}")]).toEqual([["fork 5"], [5]])
    expect(fork.version).not.toBe(parent.version)
    parent.register({ name: "int2", decode: (text) => `parent ${text}`, encode: String })
    expect(read(fork, 21, "5")).toBe(5)
    expect(fork.version).not.toBe(parent.version)
  })

  test("options given to a fork win over what was registered before", () => {
    const parent = createDefaultRegistry().register(asNumber)
    const fork = withTypeOptions(parent, { int8: "string" })
    expect([read(fork, 20, "5"), read(fork, 1016, "{5}"), read(parent, 20, "5")]).toEqual(["5", ["5"], 5])
    expect(fork.version).not.toBe(parent.version)
  })

  test("load asks the loader", async () => {
    const registry = createDefaultRegistry()
    await expect(registry.load("mood")).rejects.toThrow(UsageError)
    registry.useLoader(async (name) => registry.learn([{ ...MOOD, name }]))
    await registry.fork().load("feeling")
    expect(registry.oidOf("feeling")).toBe(90001)
  })
})

test("the codec of int8 is the shared one unless something replaces it", () => {
  expect(createDefaultRegistry().codec(20)).toBe(int8Codec)
})
