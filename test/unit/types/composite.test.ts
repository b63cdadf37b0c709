import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { arrayOf } from "../../../src/types/array.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { compositeOf } from "../../../src/types/composite.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { moneyCodec } from "../../../src/types/money.ts"
import { numericCodec } from "../../../src/types/numeric.ts"
import { opaqueCodecFor, textCodec } from "../../../src/types/text.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const codecs: ReadonlyMap<number, Codec> = new Map<number, Codec>([
  [23, int4Codec],
  [25, textCodec],
  [790, moneyCodec],
  [1007, arrayOf(int4Codec, 23)],
  [1033, opaqueCodecFor("aclitem")],
  [1700, numericCodec],
])

function composite(attributes: Record<string, number>): Codec<Record<string, unknown>> {
  return compositeOf({
    name: "thing",
    attributes: Object.entries(attributes).map(([name, oid]) => ({ name, oid })),
    codecOf: (oid) => codecs.get(oid)!,
  })
}

const thing = composite({ id: 23, "a b": 25, tags: 1007 })
const none = composite({})
const one = composite({ x: 25 })

// The bytes are record_send's on PostgreSQL 18, of row(1, 'a'::text, null::int4[]).
const HEX = "0000000300000017000000040000000100000019000000016100" + "0003efffffffff"

describe("composite", () => {
  test("an object by attribute name, in both formats and directions", () => {
    const value = { id: 1, "a b": "a", tags: null }
    expect(fromText(thing, "(1,a,)")).toEqual(value)
    expect(fromHex(thing, HEX)).toEqual(value)
    expect(toHex(thing, value)).toBe(HEX)
    expect(thing.encodeText(value)).toBe("(1,a,)")
    expect([thing.encodeText("(1,a,)"), toHex(thing, "(1,a,)")]).toEqual(["(1,a,)", undefined])
  })

  test("an array stands for the attributes in order", () => {
    expect(toHex(thing, [1, "a", null])).toBe(HEX)
    expect(thing.encodeText([1, "a", null])).toBe("(1,a,)")
    expect(() => thing.encodeText([1, "a"])).toThrow("thing: expected 3 attributes, got an array of 2")
  })

  test("text tells NULL from the empty string, and quotes what needs it", () => {
    const value = { id: null, "a b": 'say "hi", (you\\me)', tags: [1, null] }
    expect(fromText(thing, '(,"say ""hi"", (you\\\\me)","{1,NULL}")')).toEqual(value)
    expect(fromText(thing, thing.encodeText(value))).toEqual(value)
    expect(fromText(thing, '(,"",)')).toEqual({ id: null, "a b": "", tags: null })
    expect(thing.encodeText({ id: null, "a b": "", tags: [] })).toBe('(,"","{}")')
  })

  test("no attribute and one NULL attribute look alike in text", () => {
    expect([fromText(none, "()"), fromText(one, "()")]).toEqual([{}, { x: null }])
    expect([none.encodeText({}), one.encodeText({ x: null })]).toEqual(["()", "()"])
    expect([fromHex(none, "00000000"), toHex(none, {})]).toEqual([{}, "00000000"])
    expect(fromText(one, '("")')).toEqual({ x: "" })
  })

  test("names that objects inherit are plain data", () => {
    const odd = composite({ constructor: 25, toString: 25, ["__proto__"]: 25 })
    const attributes = [["constructor"], ["toString"], ["__proto__"]].map(([name]) => ({ name: name!, oid: 25 }))
    const named = compositeOf({ name: "odd", attributes, codecOf: () => textCodec })
    const value = fromText(named, "(a,b,c)")
    expect(Object.entries(value)).toEqual([
      ["constructor", "a"],
      ["toString", "b"],
      ["__proto__", "c"],
    ])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(named.encodeText(value)).toBe("(a,b,c)")
    expect(() => named.encodeText({ __proto__: null })).toThrow(EncodeError)
    expect(() => odd.encodeText({})).toThrow('expected attribute "constructor", null for NULL, got undefined')
  })

  test("a class's accessors count as attributes", () => {
    class Thing {
      readonly tags = [7]
      get id(): number {
        return 3
      }
      get "a b"(): string {
        return "x"
      }
    }
    expect(thing.encodeText(new Thing())).toBe('(3,x,"{7}")')
  })

  test("an attribute without a binary form makes the whole text", () => {
    const mixed = composite({ id: 23, n: 1700 })
    expect(toHex(mixed, { id: 1, n: "1e5" })).toBeUndefined()
    expect(mixed.encodeText({ id: 1, n: "1e5" })).toBe("(1,1e5)")
    expect(toHex(composite({ acl: 1033 }), { acl: "x" })).toBeUndefined()
  })

  test("results are read as text when an attribute says more in it", () => {
    expect([thing.resultFormat, thing.prefersText]).toEqual([1, false])
    for (const oid of [790, 1033]) {
      const codec = composite({ id: 23, x: oid })
      expect([codec.resultFormat, codec.prefersText]).toEqual([0, true])
    }
  })

  test.each([
    1,
    true,
    Symbol("x"),
    { id: 1 },
    { id: 1, "a b": undefined, tags: null },
    { id: 1.5, "a b": null, tags: null },
  ])("refuses %s", (value) => {
    expect(() => {
      if (toHex(thing, value) === undefined) thing.encodeText(value)
    }).toThrow(EncodeError)
  })

  test.each(["", "(", "()", "(1)", "(1,a)", "(1,a,,)", "(1,a,)x", "(x,a,)", '(1,"a,)', "1,a,"])(
    "refuses the text %j",
    (text) => {
      expect(() => fromText(thing, text)).toThrow(DecodeError)
    },
  )

  test.each([
    ["nothing", ""],
    ["another number of attributes", "00000000"],
    ["two billion attributes", "7fffffff"],
    ["a negative number of attributes", "ffffffff"],
    ["an attribute of another type", HEX.replace("00000017", "00000014")],
    ["an attribute that is too long", HEX.replace("0000001700000004", "0000001700000044")],
    ["an attribute of length -2", HEX.replace("ffffffff", "fffffffe")],
    ["bytes behind the last", `${HEX}00`],
    ["a missing end", HEX.slice(0, -4)],
  ])("refuses bytes with %s", (_, hex) => {
    expect(() => fromHex(thing, hex)).toThrow(DecodeError)
  })
})
