import { describe, expect, test } from "vitest"
import type { Connection } from "../../src/connection/connection.ts"
import { EncodeError, PglineError, UsageError } from "../../src/errors/client-error.ts"
import { against } from "../support/against.ts"
import { extendedAnswer, failure } from "../support/backend-answers.ts"
import * as backend from "../support/backend-messages.ts"
import { parseFields } from "../support/frontend-frames.ts"
import { failureOf, within } from "../support/within.ts"

describe("what cannot be sent", () => {
  /** Calls that must reject with a typed error, and the wire that must stay silent meanwhile. */
  async function refused(make: (db: Connection) => Promise<unknown>): Promise<PglineError> {
    let error: Error | undefined
    await against(
      async (client) => {
        // The first message there is belongs to the query that follows.
        const frames = await client.receiveUntil("S")
        expect(parseFields(frames[0]!).text).toBe("select n")
        await client.send(extendedAnswer("1"))
        await client.untilClosed()
      },
      async (db) => {
        error = await failureOf("the call", make(db))
        expect(await within("next query", db.value("select n"))).toBe(1)
      },
    )
    expect(error).toBeInstanceOf(PglineError)
    expect(error).toMatchObject({ safeToRetry: true })
    return error as PglineError
  }

  test.each([
    ["a NUL in a statement", (db: Connection) => db.query("select 1\0; drop table x")],
    ["a lone surrogate in a statement", (db: Connection) => db.query("select '\ud800'")],
    ["a NUL in a statement that has to be described", (db: Connection) => db.query("select $1\0", [{}])],
    ["a NUL in a script", (db: Connection) => db.execute("select 1\0")],
    ["a lone surrogate in a script", (db: Connection) => db.execute("select '\udfff'")],
    ["65536 parameters", (db: Connection) => db.query("select 1", new Array(65_536).fill(1))],
    [
      "65536 declared types",
      (db: Connection) => db.query("select 1", [], { parameterTypes: new Array(65_536).fill("int4") }),
    ],
    ["parameters that are no array", (db: Connection) => db.query("select $1", "text" as never)],
    ["parameters that are an object", (db: Connection) => db.query("select $1", { 0: 1, length: 1 } as never)],
    ["no statement", (db: Connection) => db.query(undefined as never)],
    ["a number as a statement", (db: Connection) => db.query(5 as never)],
    ["an array as a statement", (db: Connection) => db.query(["select 1"] as never)],
    ["no script", (db: Connection) => db.execute(undefined as never)],
    ["a number as a script", (db: Connection) => db.execute(5 as never)],
    ["a symbol as a script", (db: Connection) => db.execute(Symbol("x") as never)],
    ["options that are null", (db: Connection) => db.query("select 1", [], null as never)],
    ["options that are a string", (db: Connection) => db.query("select 1", [], "tuple" as never)],
    ["a row shape that is none", (db: Connection) => db.query("select 1", [], { rows: "objects" as never })],
    ["a row shape that is none, in a script", (db: Connection) => db.execute("select 1", { rows: "objects" as never })],
    ["prepare that is a string", (db: Connection) => db.query("select 1", [], { prepare: "always" as never })],
    [
      "declared types that are a string",
      (db: Connection) => db.query("select 1", [], { parameterTypes: "int4" as never }),
    ],
    [
      "a declared type that is a number",
      (db: Connection) => db.query("select $1", [1], { parameterTypes: [23] as never }),
    ],
    ["a timeout that is a string", (db: Connection) => db.query("select 1", [], { timeout: "5s" as never })],
    ["a negative timeout", (db: Connection) => db.query("select 1", [], { timeout: -1 })],
    ["a signal that is none", (db: Connection) => db.query("select 1", [], { signal: {} as never })],
  ])("%s", async (_, make) => {
    await refused(make)
  })

  test.each([
    ["undefined", undefined],
    ["a NUL", "a\0b"],
    ["a lone surrogate", "\ud83d"],
  ])("a parameter with %s, with its number", async (_, value) => {
    expect(await refused((db) => db.query("select $1, $2", ["fine", value]))).toMatchObject({
      code: "PGLINE_ENCODE",
      parameter: 2,
    })
  })

  test.each([
    ["a symbol", Symbol("x")],
    ["a function", () => 1],
  ])("a parameter that is %s is refused once its type is known, and the connection goes on", async (_, value) => {
    await against(
      async (client) => {
        await client.expect("PDH")
        await client.send(backend.parseComplete(), backend.parameterDescription(25), backend.rowDescription("a"))
        await client.expect("S")
        await client.send(backend.readyForQuery())
        await client.receiveUntil("S")
        await client.send(extendedAnswer("1"))
        await client.untilClosed()
      },
      async (db) => {
        const error = await failureOf("query", db.query("select $1", [value]))
        expect(error).toBeInstanceOf(EncodeError)
        expect(error).toMatchObject({ parameter: 1, type: "text" })
        expect(await within("next query", db.value("select n"))).toBe(1)
      },
    )
  })

  test("the wrong number of parameters: found by the server the first time, by us from then on, told alike", async () => {
    await against(
      async (client) => {
        await client.receiveUntil("S")
        await client.send(
          backend.parseComplete(),
          backend.parameterDescription(25),
          backend.rowDescription("a"),
          failure("08P01"),
        )
        await client.receiveUntil("S")
        await client.send(extendedAnswer("1"))
        await client.untilClosed()
      },
      async (db) => {
        const first = await failureOf("first", db.query("select $1", ["a", "b"]))
        expect(first).toBeInstanceOf(UsageError)
        expect(first).toMatchObject({ cause: { code: "08P01" } })
        const second = await failureOf("second", db.query("select $1", ["a", "b"]))
        expect(second).toBeInstanceOf(UsageError)
        expect(second.message).toBe("the statement takes 1 parameter, got 2")
        expect(await failureOf("third", db.query("select $1"))).toMatchObject({
          message: expect.stringContaining("got 0"),
        })
        expect(await within("next query", db.value("select n"))).toBe(1)
      },
    )
  })
})
