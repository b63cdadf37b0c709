import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

/** The same call thrice: a first run, the one that names the statement, and one of the named statement. */
async function thrice<T>(run: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < 3; i++) results.push(await run())
  return results
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("should have failed")
    },
    (error: unknown) => error,
  )
}

describe("what is refused, in a first run as in later ones", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["int2", 32_768, "int2", /-32768 to 32767/],
    ["int4", 2_147_483_648, "int4", /-2147483648 to 2147483647/],
    ["int4", 1.5, "int4", /an integer/],
    ["int4", Number.NaN, "int4", /an integer/],
    ["int4", "12x", "int4", /an integer/],
    ["int4", true, "int4", /an integer/],
    ["int8", 2n ** 63n, "int8", /9223372036854775807/],
    ["int8", 2 ** 60, "int8", /an integer/],
    ["float4", 1e39, "float4", /./],
    ["numeric", "1.2.3", "numeric", /number/],
    ["bool", "maybe", "bool", /boolean/],
    ["bool", 2, "bool", /boolean/],
    ["timestamptz", new Date(Number.NaN), "timestamptz", /Date/],
    ["int4", {}, "int4", /an integer/],
    ["int4[]", 5, "int4[]", /array/],
    ["bytea", {}, "bytea", /Uint8Array/],
  ])("%s: %s", async (type, value, expectedType, expected) => {
    const text = `select $1::text, $2::${type}`
    for (const error of await thrice(() => failure(db.query(text, ["x", value])))) {
      expect(error).toBeInstanceOf(errors.EncodeError)
      expect(error).toMatchObject({ parameter: 2, type: expectedType })
      expect((error as errors.EncodeError).expected).toMatch(expected)
      expect((error as errors.EncodeError).message).toContain(`$2 (${expectedType})`)
    }
    expect(db.info.transactionStatus).toBe("idle")
    expect(await db.value("select 'usable'")).toBe("usable")
  })

  it.each([
    ["uuid", "abc", "22P02"],
    ["float8", "abc", "22P02"],
    ["timestamptz", "2026-13-01", "22008"],
    ["jsonb", "{", "22P02"],
    ["inet", "1.2.3.4.5", "22P02"],
  ])("%s: %s, by the server, which knows the text forms best", async (type, value, code) => {
    for (const error of await thrice(() => failure(db.query(`select $1::text, $2::${type}`, ["x", value])))) {
      expect(error).toBeInstanceOf(errors.DataException)
      expect(error).toMatchObject({ code })
    }
  })

  it("an element of an array is named by its element's type", async () => {
    for (const error of await thrice(() => failure(db.query("select $1::int4[]", [[1, "two", 3]])))) {
      expect(error).toBeInstanceOf(errors.EncodeError)
      expect(error).toMatchObject({ parameter: 1, type: "int4" })
    }
  })

  it("undefined, by its number", async () => {
    for (const error of await thrice(() => failure(db.query("select $1::int4, $2::int4", [1, undefined])))) {
      expect(error).toBeInstanceOf(errors.EncodeError)
      expect(error).toMatchObject({ parameter: 2, received: "undefined", safeToRetry: true })
    }
    await db.query("select $1::int4, $2::int4", [1, 2])
    expect(await failure(db.query("select $1::int4, $2::int4", [1, undefined]))).toMatchObject({
      parameter: 2,
      received: "undefined",
    })
  })

  it("a NUL in a parameter, in the statement and in a script", async () => {
    for (const error of await thrice(() => failure(db.query("select $1::text", ["a\0b"])))) {
      expect(error).toBeInstanceOf(errors.EncodeError)
      expect((error as Error).message).not.toContain("\0")
    }
    expect(await failure(db.query("select $1::text[]", [["a\0b"]]))).toBeInstanceOf(errors.EncodeError)
    for (const error of [
      ...(await thrice(() => failure(db.query("select 1 -- \0")))),
      await failure(db.execute("select '\0'")),
    ]) {
      expect(error).toBeInstanceOf(errors.UsageError)
      expect(error).toMatchObject({ safeToRetry: true })
    }
    expect(await db.value("select 1")).toBe(1)
  })

  it("a lone surrogate, which UTF-8 cannot hold", async () => {
    for (const error of await thrice(() => failure(db.query("select $1::text", ["\ud800"])))) {
      expect(error).toBeInstanceOf(errors.EncodeError)
    }
  })

  it("too few and too many parameters", async () => {
    for (const values of [[], [1], [1, 2, 3]]) {
      for (const error of await thrice(() =>
        failure(db.query(`select $1::int4 + $2::int4 -- ${values.length}`, values)),
      )) {
        expect(error).toBeInstanceOf(errors.PglineError)
        expect((error as Error).message).toMatch(/2( parameters)?, got|supplies \d parameters, .* requires 2/)
      }
    }
    expect(await failure(db.query("select 1", [{}]))).toBeInstanceOf(errors.PglineError)
    expect(await db.value("select 1")).toBe(1)
  })

  it("several statements in one query, with the server's own error", async () => {
    for (const error of await thrice(() => failure(db.query("select 1; select 2")))) {
      expect(error).toBeInstanceOf(errors.SyntaxError)
      expect(error).toMatchObject({
        code: "42601",
        message: "cannot insert multiple commands into a prepared statement",
      })
    }
  })

  it("parameters that are no array, and queries that are no text", async () => {
    expect(await failure(db.query("select $1", "x" as never))).toBeInstanceOf(errors.UsageError)
    expect(await failure(db.query("select $1", {} as never))).toBeInstanceOf(errors.UsageError)
    for (const text of [undefined, null, 5, {}, ["select 1"]]) {
      expect(await failure(db.query(text as never))).toBeInstanceOf(errors.UsageError)
    }
  })

  it("a COPY that would talk to us, which leaves the connection usable", async () => {
    await db.execute("create temp table copied (a int)")
    for (const copy of [
      "copy copied from stdin",
      "/* hi */ COPY copied (a) FROM STDIN with csv",
      "copy copied to stdout",
      "-- x\ncopy (select 1) to stdout",
    ]) {
      expect(await failure(db.query(copy))).toBeInstanceOf(errors.UsageError)
      expect(await failure(db.execute(copy))).toBeInstanceOf(errors.UsageError)
      expect(await failure(db.execute(`select 1; ${copy}; select 2`))).toBeInstanceOf(errors.UsageError)
      expect(await db.value("select 1")).toBe(1)
    }
  })

  it("a type that nobody knows in parameterTypes", async () => {
    const error = await failure(db.query("select $1", [1], { parameterTypes: ["no_such_type"] }))
    expect(error).toBeInstanceOf(errors.UsageError)
    expect((error as Error).message).toContain('"no_such_type"')
  })
})

describe("parameterTypes", () => {
  it("settles what the server cannot tell", async () => {
    for (const error of await thrice(() => failure(db.query("select pg_typeof($1) as undecided, $1 + $1", [1])))) {
      expect(error).toBeInstanceOf(errors.ServerError)
    }
    for (const type of ["int4", "int8", "numeric", "double precision"]) {
      for (const row of await thrice(() =>
        db.one("select pg_typeof($1)::text as type, $1 + $1 as sum", [2], { parameterTypes: [type] }),
      )) {
        expect(row["type"]).toBe({ int4: "integer", int8: "bigint" }[type] ?? type)
        expect(String(row["sum"])).toBe("4")
      }
    }
  })

  it("leaves a skipped one to the server", async () => {
    const text = "select pg_typeof($1)::text, $2::int4"
    for (const row of await thrice(() =>
      db.one(text, [["a"], 5], { parameterTypes: ["text[]", undefined], rows: "tuple" }),
    )) {
      expect(row).toEqual(["text[]", 5])
    }
  })
})
