import { describe, expect, test } from "vitest"
import { RowValidationError } from "../../../src/errors/client-error.ts"
import type { Field } from "../../../src/protocol/backend.ts"
import { rowDecoderFor } from "../../../src/query/row-decoder.ts"
import { into, type RowSchema, type RowShape, type RowVerdict } from "../../../src/query/row-shape.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { decodeRow } from "../../support/decode-row.ts"

function fields(...names: string[]): Field[] {
  return names.map((name) => ({
    name,
    tableOid: 0,
    columnNumber: 0,
    typeOid: 25,
    typeName: "",
    typeSize: -1,
    typeModifier: -1,
  }))
}

/** The rows of two columns, `id` and `name`, in a shape. */
function read<R>(shape: RowShape<R>, ...values: (string | null)[]): R {
  return decodeRow(rowDecoderFor(fields("id", "name"), [], shape, createDefaultRegistry(), false), ...values)
}

function schema<R>(validate: (row: unknown) => RowVerdict<R> | PromiseLike<RowVerdict<R>>): RowSchema<R> {
  return { "~standard": { version: 1, vendor: "test", validate } }
}

describe("a schema", () => {
  const numbered = schema((row) => ({
    value: { ...(row as { name: string }), id: Number((row as { id: string }).id) },
  }))

  test("gets each row as an object, and what it gives is the row", () => {
    expect(read(numbered, "7", "Ada")).toEqual({ id: 7, name: "Ada" })
  })

  test("may be a function that has a schema's property", () => {
    const callable = Object.assign(() => "called as a factory", numbered)
    expect(read(callable, "7", "Ada")).toEqual({ id: 7, name: "Ada" })
  })

  test("that objects makes the row fail, with all it has to say", () => {
    const issues = [
      { message: "too short", path: ["name"] },
      { message: "not even", path: [{ key: "list" }, 3, Symbol("s")] },
      { message: "no", path: [] },
      { message: "never" },
    ]
    const failing = schema(() => ({ issues }))
    expect(() => read(failing, "7", "Ada")).toThrow(RowValidationError)
    expect(() => read(failing, "7", "Ada")).toThrow(
      expect.objectContaining({
        message: "a row does not fit its schema: name: too short; list.3.Symbol(s): not even; no; never",
        issues,
        safeToRetry: false,
        transient: false,
      }),
    )
  })

  test.each([
    ["resolves", () => Promise.resolve({ value: 1 })],
    ["rejects", () => Promise.reject(new Error("nobody waits for this"))],
    // biome-ignore lint/suspicious/noThenProperty: another library's promise
    ["is another's promise", () => ({ then: () => ({}) as never })],
  ])("that answers later, and %s, is refused", (_, validate) => {
    expect(() => read(schema<number>(validate), "7", "Ada")).toThrow(/asynchronously/)
  })

  test("takes a hostile column name for a name", () => {
    const seen = schema((row) => ({ value: Object.getOwnPropertyDescriptor(row, "__proto__")?.value }))
    const decoder = rowDecoderFor(fields("__proto__"), [], seen, createDefaultRegistry(), false)
    expect(decodeRow(decoder, "x")).toBe("x")
  })
})

describe("into", () => {
  class User {
    id = ""
    name = ""
    readonly #secret = "kept"
    get secret(): string {
      return this.#secret
    }
  }

  test("makes instances, private fields and getters included", () => {
    const user = read(into(User), "7", "Ada")
    expect(user).toBeInstanceOf(User)
    expect([user.id, user.name, user.secret]).toEqual(["7", "Ada", "kept"])
  })

  test("gives NULL as null, and equal names to the last", () => {
    const decoder = rowDecoderFor(fields("id", "id"), [], into(User), createDefaultRegistry(), false)
    expect(decodeRow(decoder, "1", null).id).toBeNull()
    expect(decodeRow(decoder, null, "2").id).toBe("2")
  })

  test("a column cannot change what an instance is", () => {
    const decoder = rowDecoderFor(fields("__proto__"), [], into(User), createDefaultRegistry(), false)
    expect(decodeRow(decoder, "x")).toBeInstanceOf(User)
  })
})

test("a factory is told the names of the columns' types", () => {
  const named: RowShape<string[]> = (columns) => () => columns.map(({ typeName }) => typeName)
  expect(read(named, "7", "Ada")).toEqual(["text", "text"])
})
