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
