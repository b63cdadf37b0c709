/** Options of types under a wrong name were ignored, and codecs without functions accepted until a row needed them. */

import { expect, it } from "vitest"
import { connect, errors, type TypeOptions, types } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("options are refused where they are given", async () => {
  const misspelt = { int_8: "number" } as TypeOptions
  await expect(connect(sharedServer.url, { types: misspelt })).rejects.toBeInstanceOf(errors.ConfigError)
  await using db = await connect(sharedServer.url)
  await expect(db.query("select 1", [], { types: misspelt })).rejects.toThrow("unknown option types.int_8")
  await expect(db.types.load(5 as unknown as string)).rejects.toBeInstanceOf(errors.UsageError)
  expect(await db.value`select 1`).toBe(1)

  const read = (text: string) => text
  for (const codec of [null, {}, { name: 5 }, { name: "mood" }, { name: "mood", decode: read }]) {
    expect(() => db.types.register(codec as never)).toThrow(errors.ConfigError)
    expect(() => types.register(codec as never)).toThrow(errors.ConfigError)
  }
  const half = { name: "mood", decode: read, encode: String, binary: { decode: read } }
  expect(() => db.types.register(half as never)).toThrow("binary.encode must be a function")
})
