import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import type { Field } from "../../../src/protocol/backend.ts"
import { Statement } from "../../../src/query/statement.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { dataRow, int32 } from "../../support/backend-messages.ts"

const INT4 = 23
const TEXT = 25

function field(name: string, typeOid: number): Field {
  return { name, tableOid: 0, columnNumber: 0, typeOid, typeName: "", typeSize: -1, typeModifier: -1 }
}

describe("Statement", () => {
  test("asks for each column in the format its codec reads best", () => {
    const registry = createDefaultRegistry()
    const statement = new Statement("select", [])
    expect(statement.description(registry)).toBeUndefined()
    const mixed = statement.describe([INT4], [field("a", INT4), field("b", TEXT)], registry)
    expect([mixed.resultFormats, mixed.commonFormat, mixed.parameterCodecs.map(({ name }) => name)]).toEqual([
      [1, 0],
      undefined,
      ["int4"],
    ])
    expect(statement.describe([], [field("a", INT4), field("b", INT4)], registry).commonFormat).toBe(1)
    expect(statement.describe([], [field("a", TEXT)], registry).commonFormat).toBe(0)
    expect(statement.describe([], [], registry).commonFormat).toBe(0)
  })

  test("keeps its description while the server says the same", () => {
    const registry = createDefaultRegistry()
    const statement = new Statement("select", [])
    const first = statement.describe([INT4], [field("a", INT4)], registry)
    expect(statement.describe([INT4], [field("a", INT4)], registry)).toBe(first)
    for (const [oids, fields] of [
      [[TEXT], [field("a", INT4)]],
      [[INT4], [field("b", INT4)]],
      [[INT4], [field("a", TEXT)]],
      [[INT4], []],
      [[], [field("a", INT4)]],
    ] as const) {
      expect(statement.describe(oids, fields, registry)).not.toBe(first)
      statement.describe([INT4], [field("a", INT4)], registry)
    }
  })

  test("takes codecs anew when the registry's have changed", () => {
    const registry = createDefaultRegistry()
    const statement = new Statement("select", [])
    const before = statement.describe([INT4], [field("a", INT4)], registry)
    registry.register({ name: "int4", decode: (text) => `<${text}>`, encode: String })
    const after = statement.description(registry)
    expect(after).not.toBe(before)
    expect(after!.resultFormats).toEqual([0])
    const row = dataRow("5").subarray(5)
    expect(statement.decoder("scalar", registry)(new ByteSource(row), 0, row.length)).toBe("<5>")
  })

  test("gives one decoder per shape until it turns hot", () => {
    const registry = createDefaultRegistry()
    const statement = new Statement("select", [])
    statement.describe([], [field("a", INT4)], registry)
    const cold = statement.decoder("object", registry)
    expect(statement.decoder("object", registry)).toBe(cold)
    expect(statement.decoder("tuple", registry)).not.toBe(cold)
    statement.uses = 100
    const hot = statement.decoder("object", registry)
    expect(hot).not.toBe(cold)
    expect(statement.decoder("object", registry)).toBe(hot)
    const row = dataRow(int32(5)).subarray(5)
    for (const decoder of [cold, hot]) expect(decoder(new ByteSource(row), 0, row.length)).toEqual({ a: 5 })
  })

  test("forgets everything but its text and types", () => {
    const registry = createDefaultRegistry()
    const statement = new Statement("select", [INT4])
    statement.describe([INT4], [], registry)
    statement.named("a name")
    statement.uses = 5
    statement.forget()
    expect([statement.name, statement.uses, statement.description(registry)]).toEqual(["", 0, undefined])
    expect([statement.text, statement.declaredOids]).toEqual(["select", [INT4]])
  })

  test("counts its namings, so that an old one is not taken for the present", () => {
    const statement = new Statement("select", [])
    statement.named("a")
    const { naming } = statement
    statement.named("")
    statement.named("a")
    expect(statement.naming).not.toBe(naming)
  })
})
