import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors, into, type RowFactory, sql } from "../../src/index.ts"
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

describe("the forms of a call", () => {
  const text = "select n, n * 2 as double from generate_series(1, $1::int4) n order by n"
  const rows = [
    { n: 1, double: 2 },
    { n: 2, double: 4 },
  ]

  it("query gives the whole result, which iterates over its rows", async () => {
    const template = await db.query`select n, n * 2 as double from generate_series(1, ${2}::int4) n order by n`
    const plain = await db.query(text, [2])
    const fragment = await db.query(sql`select n, n * 2 as ${sql.id("double")} from generate_series(1, ${2}::int4) n`)
    for (const result of [template, plain, fragment]) {
      expect(result.rows).toEqual(rows)
      expect([...result]).toEqual(rows)
      expect(result.rowCount).toBe(2)
      expect(result.command).toBe("SELECT")
      expect(result.fields.map(({ name, typeOid }) => [name, typeOid])).toEqual([
        ["n", 23],
        ["double", 23],
      ])
    }
  })

  it("rows gives the rows", async () => {
    expect(await db.rows`select n from generate_series(1, ${2}::int4) n`).toEqual([{ n: 1 }, { n: 2 }])
    expect(await db.rows(text, [2])).toEqual(rows)
    expect(await db.rows(sql`select ${sql.raw("1")} as one`)).toEqual([{ one: 1 }])
    expect(await db.rows("select 1 where false")).toEqual([])
  })

  it("one gives the only row and refuses none or several", async () => {
    expect(await db.one`select ${5}::int4 as five`).toEqual({ five: 5 })
    expect(await db.one(text, [1])).toEqual({ n: 1, double: 2 })
    expect(await db.one(sql`select 1 as one`, { rows: "tuple" })).toEqual([1])
    for (const count of [0, 2]) {
      const error = await failure(db.one(text, [count]))
      expect(error).toBeInstanceOf(errors.RowCountError)
      expect(error).toMatchObject({ rowCount: count, safeToRetry: false })
    }
  })

  it("first gives the first row or undefined", async () => {
    expect(await db.first`select n from generate_series(1, ${3}::int4) n order by n`).toEqual({ n: 1 })
    expect(await db.first(text, [0])).toBeUndefined()
    expect(await db.first(sql`select 1 as one`)).toEqual({ one: 1 })
  })

  it("value gives the first column of the first row, undefined without a row, null for NULL", async () => {
    expect(await db.value`select ${"a"}::text, 2`).toBe("a")
    expect(await db.value(text, [2])).toBe(1)
    expect(await db.value(text, [0])).toBeUndefined()
    expect(await db.value(sql`select null`)).toBeNull()
  })

  it("execute gives a result for each statement of a script", async () => {
    const results = await db.execute(
      "create temp table scripted (a int); insert into scripted values (1), (2);; select * from scripted",
    )
    expect(results.map(({ command, rowCount, rows }) => [command, rowCount, rows])).toEqual([
      ["CREATE TABLE", 0, []],
      ["INSERT", 2, []],
      ["SELECT", 2, [{ a: 1 }, { a: 2 }]],
    ])
    const [tuples] = await db.execute("select 1, 'x', null", { rows: "tuple" })
    expect(tuples?.rows).toEqual([[1, "x", null]])
    expect((await db.execute("")).map(({ command, rows }) => [command, rows])).toEqual([["", []]])
  })

  it("a script is one transaction: after an error nothing of it has been done", async () => {
    await db.execute("drop table if exists half; create temp table half (a int)")
    const error = await failure(db.execute("insert into half values (1); select 1/0; insert into half values (2)"))
    expect(error).toBeInstanceOf(errors.DivisionByZero)
    expect(await db.value("select count(*) from half")).toBe(0n)
  })
})

describe("what a command reports", () => {
  it.each([
    ["create temp table reported (a int)", "CREATE TABLE", 0],
    ["insert into reported select generate_series(1, 5)", "INSERT", 5],
    ["update reported set a = a + 1 where a > 2", "UPDATE", 3],
    ["delete from reported where a = 1", "DELETE", 1],
    ["select * from reported", "SELECT", 4],
    ["truncate reported", "TRUNCATE TABLE", 0],
    ["", "", 0],
    ["-- nothing but a comment", "", 0],
    ["do $$ begin end $$", "DO", 0],
  ])("%s", async (text, command, rowCount) => {
    const result = await db.query(text)
    expect([result.command, result.rowCount]).toEqual([command, rowCount])
  })
})

describe("the shapes of rows", () => {
  class Point {
    x = 0
    y = 0
    get sum(): number {
      return this.x + this.y
    }
  }

  it("object: the last of equal names wins, the order is the columns'", async () => {
    for (const row of await thrice(() => db.one("select 1 as a, 2 as b, 3 as a"))) {
      expect(row).toEqual({ a: 3, b: 2 })
    }
  })

  it("object: takes hostile names for names", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a name that would end a template, if it got into one
    const names = ["__proto__", "constructor", "toString", 'a"b', "it's", "\\", "\u2028", "1", "`${x}`", "😀"]
    const text = `select ${names.map((name, i) => `${i} as "${name.replaceAll('"', '""')}"`).join(", ")}`
    for (const row of await thrice(() => db.one(text))) {
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      for (const [i, name] of names.entries()) expect(Object.getOwnPropertyDescriptor(row, name)?.value).toBe(i)
      expect(Object.keys(row)).toHaveLength(names.length)
    }
  })

  it("tuple: loses nothing", async () => {
    for (const row of await thrice(() => db.one("select 1 as a, 2 as b, 3 as a", [], { rows: "tuple" }))) {
      expect(row).toEqual([1, 2, 3])
    }
  })

  it("scalar: the first column alone", async () => {
    const text = "select n, 'x' from generate_series(1, 3) n"
    for (const rows of await thrice(() => db.rows(text, [], { rows: "scalar" }))) expect(rows).toEqual([1, 2, 3])
  })

  it("into: instances of a class", async () => {
    for (const point of await thrice(() => db.one("select 1 as x, 2 as y", [], { rows: into(Point) }))) {
      expect(point).toBeInstanceOf(Point)
      expect([point.x, point.y, point.sum]).toEqual([1, 2, 3])
    }
  })

  it("a factory is made once a result and called for each row", async () => {
    let made = 0
    const factory: RowFactory<string> = (fields) => {
      made++
      return (values) => fields.map(({ name }, i) => `${name}=${values[i]}`).join()
    }
    const text = "select n, n + 1 as m from generate_series(1, 2) n"
    for (const rows of await thrice(() => db.rows(text, [], { rows: factory })))
      expect(rows).toEqual(["n=1,m=2", "n=2,m=3"])
    expect(made).toBe(3)
  })

  it("a factory's failure rejects its own query only", async () => {
    const wrong = new Error("no such row")
    const refuse = (): never => {
      throw wrong
    }
    const results = await Promise.allSettled([
      db.rows("select 1 as a"),
      db.rows("select 1 as a", [], { rows: () => refuse }),
      db.rows("select 1 as a", [], { rows: refuse }),
      db.rows("select 2 as a"),
    ])
    expect(
      results.map((result) => (result.status === "fulfilled" ? result.value : (result.reason.cause ?? result.reason))),
    ).toEqual([[{ a: 1 }], wrong, wrong, [{ a: 2 }]])
    expect(await db.value("select 'fine'")).toBe("fine")
  })

  it("one text in every shape, with the statement named once", async () => {
    const text = "select $1::int4 as x, 7 as y"
    for (let i = 0; i < 3; i++) {
      expect(await db.rows(text, [i])).toEqual([{ x: i, y: 7 }])
      expect(await db.rows(text, [i], { rows: "tuple" })).toEqual([[i, 7]])
      expect(await db.rows(text, [i], { rows: "scalar" })).toEqual([i])
      expect(await db.value(text, [i])).toBe(i)
      expect((await db.one(text, [i], { rows: into(Point) })).sum).toBe(i + 7)
    }
  })
})

describe("sizes", () => {
  it("no columns at all", async () => {
    for (const result of await thrice(() => db.query("select from generate_series(1, 3)"))) {
      expect(result.rows).toEqual([{}, {}, {}])
      expect(result.fields).toEqual([])
    }
    expect(await db.rows("select from generate_series(1, 2)", [], { rows: "tuple" })).toEqual([[], []])
    expect(await db.rows("select from generate_series(1, 2)", [], { rows: "scalar" })).toEqual([undefined, undefined])
  })

  it("1600 columns, the most that a table can have", async () => {
    const columns = Array.from({ length: 1600 }, (_, i) => `c${i}`)
    await db.execute(`create temp table wide (${columns.map((name) => `${name} int`).join()})`)
    await db.execute(`insert into wide values (${columns.map((_, i) => (i % 7 === 0 ? "null" : i)).join()})`)
    const expected = columns.map((_, i) => (i % 7 === 0 ? null : i))
    for (const tuple of await thrice(() => db.one("select * from wide", [], { rows: "tuple" })))
      expect(tuple).toEqual(expected)
    for (const row of await thrice(() => db.one("select * from wide"))) {
      expect(Object.keys(row)).toEqual(columns)
      expect(Object.values(row)).toEqual(expected)
    }
  })

  it("100,000 rows", async () => {
    const text =
      "select n, 'row ' || n as label, case when n % 3 = 0 then n::int8 end as third from generate_series(1, 100000) n"
    for (const rows of await thrice(() => db.rows<{ n: number; label: string; third: bigint | null }>(text))) {
      expect(rows).toHaveLength(100_000)
      const wrong = rows.findIndex(
        ({ n, label, third }, i) => n !== i + 1 || label !== `row ${n}` || third !== (n % 3 === 0 ? BigInt(n) : null),
      )
      expect(wrong).toBe(-1)
    }
  })

  it("20 MB of text and of bytes, both ways", async () => {
    const text = "añ😀 ".repeat(2_500_000)
    const bytes = new Uint8Array(20_000_000).map((_, i) => i * 31)
    for (const [back, length] of await thrice(() =>
      db.one<[string, number]>("select $1::text, octet_length($1)", [text], { rows: "tuple" }),
    )) {
      expect(back === text).toBe(true)
      expect(length).toBe(20_000_000)
    }
    for (const back of await thrice(() => db.value<Uint8Array>("select $1::bytea", [bytes]))) {
      expect(back && Buffer.compare(back, bytes)).toBe(0)
    }
  }, 60_000)

  it("as many parameters as there can be, and not one more", async () => {
    const most = Array.from({ length: 65_535 }, (_, i) => i)
    const sum = (count: number): string =>
      `select ${Array.from({ length: count }, (_, i) => `$${i + 1}::int4`).join("+")} as sum`
    // One expression of that depth would exceed the server's stack: a list of values does not.
    const list = (count: number): string =>
      `select count(*), min(x), max(x) from (values ${Array.from({ length: count }, (_, i) => `($${i + 1}::int4)`).join()}) v(x)`
    expect(await db.value(sum(100), most.slice(0, 100))).toBe(4950)
    for (const row of await thrice(() => db.one(list(65_535), most, { rows: "tuple" })))
      expect(row).toEqual([65_535n, 0, 65_534])
    for (const error of await thrice(() => failure(db.query(list(65_536), [...most, 1])))) {
      expect(error).toBeInstanceOf(errors.UsageError)
      expect(error).toMatchObject({
        safeToRetry: true,
        message: expect.stringContaining("at most 65535 parameters, got 65536"),
      })
    }
    expect(await db.value("select 1")).toBe(1)
  }, 60_000)
})

describe("NULL", () => {
  it("goes and comes as null, whatever the type", async () => {
    const types = [
      "bool",
      "int2",
      "int4",
      "int8",
      "float8",
      "numeric",
      "text",
      "bytea",
      "uuid",
      "jsonb",
      "timestamptz",
      "int4[]",
    ]
    const text = `select ${types.map((type, i) => `$${i + 1}::${type}`).join()}`
    for (const row of await thrice(() =>
      db.one(
        text,
        types.map(() => null),
        { rows: "tuple" },
      ),
    )) {
      expect(row).toEqual(types.map(() => null))
    }
  })

  it("is not the empty string, the empty array or JSON's null", async () => {
    const text = "select $1::text is null, $2::int4[] is null, $3::jsonb is null, $4::jsonb is null"
    for (const row of await thrice(() => db.one(text, ["", [], "null", null], { rows: "tuple" }))) {
      expect(row).toEqual([false, false, false, true])
    }
  })
})

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
