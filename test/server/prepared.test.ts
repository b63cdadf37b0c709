import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, type ConnectOptions, connect, errors, sql } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const schema = "pgline_prepared"

async function open(options: ConnectOptions = {}): Promise<Connection> {
  return connect(sharedServer.url, { ...options, parameters: { search_path: schema } })
}

/** The statements that the session has under a name of ours. */
async function named(db: Connection): Promise<string[]> {
  const results = await db.execute(
    "select statement from pg_prepared_statements where name like 'pgline%' order by prepare_time",
    { rows: "scalar" },
  )
  return results.flatMap((result) => result.rows as unknown as string[])
}

beforeAll(async () => {
  await using db = await connect(sharedServer.url)
  await db.execute(`drop schema if exists ${schema} cascade; create schema ${schema}`)
})

afterAll(async () => {
  await using db = await connect(sharedServer.url)
  await db.execute(`drop schema ${schema} cascade`)
})

describe("when a statement gets a name", () => {
  it("has none at its first run and one from the second on", async () => {
    await using db = await open()
    await db.value("select $1::int4", [1])
    expect(await named(db)).toEqual([])
    await db.value("select $1::int4", [2])
    expect(await named(db)).toEqual(["select $1::int4"])
    await db.value("select $1::int4", [3])
    expect(await named(db)).toEqual(["select $1::int4"])
  })

  it("follows the connection's threshold", async () => {
    await using at0 = await open({ prepareThreshold: 0 })
    await at0.value("select 1")
    expect(await named(at0)).toEqual(["select 1"])
    await using at3 = await open({ prepareThreshold: 3 })
    for (let i = 0; i < 3; i++) await at3.value("select 1")
    expect(await named(at3)).toEqual([])
    await at3.value("select 1")
    expect(await named(at3)).toEqual(["select 1"])
  })

  it("follows the query's wish", async () => {
    await using db = await open()
    await db.value("select 'now'", [], { prepare: true })
    for (let i = 0; i < 4; i++) await db.value("select 'never'", [], { prepare: false })
    expect(await named(db)).toEqual(["select 'now'"])
  })

  it("never gets one behind a pooler, whatever is asked for", async () => {
    await using db = await open({ pooler: true })
    for (let i = 0; i < 4; i++) expect(await db.value("select $1::int4", [i], { prepare: true })).toBe(i)
    expect(await named(db)).toEqual([])
  })

  it("is the same for composed statements of the same shape", async () => {
    await using db = await open()
    const find = (type: string, age: number) => db.value(sql`select ${age}::int4::${sql.id(type)} /* composed */`)
    for (let age = 0; age < 20; age++) await find("int8", age)
    for (let age = 0; age < 20; age++) await find("text", age)
    expect(await named(db)).toHaveLength(2)
  })

  it("gets one only, when many runs leave before the first is answered", async () => {
    await using db = await open()
    const values = Array.from({ length: 500 }, (_, i) => i)
    expect(await Promise.all(values.map((i) => db.value("select $1::int4", [i])))).toEqual(values)
    expect(await Promise.all(values.map((i) => db.value("select $1::int4[]", [[i]])))).toEqual(values.map((i) => [i]))
    expect(await named(db)).toEqual(["select $1::int4", "select $1::int4[]"])
  })

  it("has statements of its own for the same text with other declared types", async () => {
    await using db = await open({ prepareThreshold: 0 })
    const text = "select pg_typeof($1)::text"
    for (let i = 0; i < 3; i++) {
      expect(await db.value(text, [1], { parameterTypes: ["int4"] })).toBe("integer")
      expect(await db.value(text, [1], { parameterTypes: ["int8"] })).toBe("bigint")
    }
    expect(await named(db)).toEqual([text, text])
  })

  it("leaves very long texts alone", async () => {
    await using db = await open()
    const text = `select 1 -- ${"x".repeat(20_000)}`
    for (let i = 0; i < 4; i++) await db.value(text)
    expect(await named(db)).toEqual([])
  })
})

describe("eviction", () => {
  it("closes the statement used longest ago and prepares it anew when it comes back", async () => {
    await using db = await open({ statementCacheSize: 3, prepareThreshold: 0 })
    for (const n of [1, 2, 3]) await db.value(`select ${n}`)
    await db.value("select 1")
    await db.value("select 4")
    expect(new Set(await named(db))).toEqual(new Set(["select 1", "select 3", "select 4"]))
    expect(await db.value("select 2")).toBe(2)
    expect(new Set(await named(db))).toEqual(new Set(["select 1", "select 4", "select 2"]))
  })

  it("keeps answers apart when a pipeline is wider than the cache", async () => {
    await using db = await open({ statementCacheSize: 5, prepareThreshold: 0 })
    for (let round = 0; round < 3; round++) {
      const numbers = Array.from({ length: 60 }, (_, i) => i)
      const values = numbers.map((n) => db.value(`select ${n} + $1::int4`, [round]))
      expect(await Promise.all(values)).toEqual(numbers.map((n) => n + round))
    }
    expect((await named(db)).length).toBeLessThanOrEqual(5)
  })

  it("works without any memory", async () => {
    await using db = await open({ statementCacheSize: 0 })
    for (let i = 0; i < 4; i++) expect(await db.value("select $1::int4", [i], { prepare: true })).toBe(i)
    const values = await Promise.all([1, 2, 3].map((i) => db.value("select $1::int8", [i], { prepare: true })))
    expect(values).toEqual([1n, 2n, 3n])
  })
})

describe("statements that are dropped", () => {
  const text = "select $1::int4 + 1"
  const drops = ["deallocate all", "discard all", "prepare other as select 1; deallocate other"]

  it.each(drops)("are prepared anew after: %s", async (drop) => {
    await using db = await open({ prepareThreshold: 0 })
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 3; i++) expect(await db.value(text, [i])).toBe(i + 1)
      await db.execute(drop)
    }
    for (let i = 0; i < 3; i++) expect(await db.value(text, [i])).toBe(i + 1)
    expect(await named(db)).toEqual([text])
  })

  it.each(["deallocate all", "discard all"])("are prepared anew after %s as a query", async (drop) => {
    await using db = await open({ prepareThreshold: 0 })
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 3; i++) expect(await db.value(text, [i])).toBe(i + 1)
      await db.query(drop)
    }
  })

  it("are prepared anew when they have been dropped by name", async () => {
    await using db = await open({ prepareThreshold: 0 })
    await db.value(text, [1])
    await db.execute(
      `do $$ begin execute 'deallocate ' || (select quote_ident(name) from pg_prepared_statements); end $$`,
    )
    expect(await named(db)).toEqual([])
    for (let i = 0; i < 3; i++) expect(await db.value(text, [i])).toBe(i + 1)
  })

  it.each([true, false])("do no harm to what is pipelined behind (run before: %s)", async (before) => {
    await using db = await open()
    for (let round = 0; round < 4; round++) {
      if (before) await db.value(text, [0])
      const [, ...values] = await Promise.all([
        db.execute("deallocate all"),
        ...[1, 2, 3].map((i) => db.value(text, [i])),
        db.query("discard all"),
        ...[4, 5].map((i) => db.value(text, [i])),
      ])
      expect(values.filter((value) => typeof value === "number")).toEqual([2, 3, 4, 5, 6])
      for (let i = 0; i < 3; i++) expect(await db.value(text, [i])).toBe(i + 1)
    }
    expect(await named(db)).toEqual([text])
  })

  it("fail a transaction with the server's error and work after it", async () => {
    await using db = await open({ prepareThreshold: 0 })
    await db.value(text, [1])
    await db.execute("begin")
    await db.execute(
      `do $$ begin execute 'deallocate ' || (select quote_ident(name) from pg_prepared_statements); end $$`,
    )
    await expect(db.value(text, [1])).rejects.toMatchObject({ code: "26000" })
    expect(db.info.transactionStatus).toBe("failed")
    await db.execute("rollback")
    for (let i = 0; i < 3; i++) expect(await db.value(text, [i])).toBe(i + 1)
  })
})

/** A change that its command tag does not show, as one that another program makes. */
function unnoticed(change: string): string {
  return `do $$ begin execute '${change.replaceAll("'", "''")}'; end $$`
}

describe("statements whose tables change", () => {
  beforeEach(async () => {
    await using admin = await open()
    await admin.execute("drop table if exists changing; create table changing (a int); insert into changing values (1)")
  })

  async function prepared(): Promise<Connection> {
    const conn = await open({ prepareThreshold: 0 })
    expect(await conn.rows("select * from changing")).toEqual([{ a: 1 }])
    expect(await conn.rows("select * from changing")).toEqual([{ a: 1 }])
    return conn
  }

  it("are run anew outside a transaction and give the new rows", async () => {
    await using conn = await prepared()
    await conn.execute("alter table changing add column b text default 'x'")
    expect(await conn.rows("select * from changing")).toEqual([{ a: 1, b: "x" }])
    await conn.execute("alter table changing alter column a type text")
    for (let i = 0; i < 3; i++) expect(await conn.rows("select * from changing")).toEqual([{ a: "1", b: "x" }])
    await conn.execute("alter table changing drop column b")
    for (let i = 0; i < 3; i++) expect(await conn.rows("select * from changing")).toEqual([{ a: "1" }])
  })

  it("are run anew when nobody has told us of the change", async () => {
    await using conn = await prepared()
    await conn.execute(unnoticed("alter table changing add column b text default 'x'"))
    expect(await conn.rows("select * from changing")).toEqual([{ a: 1, b: "x" }])
    await conn.execute(unnoticed("alter table changing alter column a type text"))
    for (let i = 0; i < 3; i++) expect(await conn.rows("select * from changing")).toEqual([{ a: "1", b: "x" }])
  })

  it("are run anew when another session has changed the table", async () => {
    await using conn = await prepared()
    await using other = await open()
    await other.execute(unnoticed("alter table changing add column b int8 default 7"))
    const expected = [{ a: 1, b: 7n }]
    expect(await Promise.all(Array.from({ length: 20 }, () => conn.rows("select * from changing")))).toEqual(
      Array.from({ length: 20 }, () => expected),
    )
  })

  it("are run to their end when the connection is closed meanwhile", async () => {
    const conn = await prepared()
    await conn.execute(unnoticed("alter table changing add column b int8 default 7"))
    const rows = conn.rows("select * from changing")
    await Promise.all([conn.close(), expect(rows).resolves.toEqual([{ a: 1, b: 7n }])])
  })

  it("fail a transaction with 0A000 and work after it", async () => {
    await using conn = await prepared()
    await conn.execute("begin")
    await conn.execute(unnoticed("alter table changing add column b int default 2"))
    const failure = await conn.rows("select * from changing").catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(errors.FeatureNotSupported)
    expect(failure).toMatchObject({ message: "cached plan must not change result type" })
    expect(conn.info.transactionStatus).toBe("failed")
    await conn.execute("rollback")
    for (let i = 0; i < 3; i++) expect(await conn.rows("select * from changing")).toEqual([{ a: 1 }])
  })

  it("tell that a table is gone, and find it when it is back", async () => {
    await using conn = await prepared()
    await conn.execute("drop table changing")
    for (let i = 0; i < 3; i++) {
      await expect(conn.rows("select * from changing")).rejects.toBeInstanceOf(errors.UndefinedTable)
    }
    await conn.execute("create table changing (other text); insert into changing values ('new')")
    for (let i = 0; i < 3; i++) expect(await conn.rows("select * from changing")).toEqual([{ other: "new" }])
  })

  it("report other refusals with 0A000 as they are, and once", async () => {
    await using conn = await open({ prepareThreshold: 0 })
    await conn.execute("create sequence if not exists runs")
    await conn.execute(`create or replace function refuse() returns int language plpgsql as
      $$ begin perform nextval('runs'); raise 'no' using errcode = '0A000'; end $$`)
    for (let i = 0; i < 3; i++) await expect(conn.value("select refuse()")).rejects.toMatchObject({ message: "no" })
    expect(await conn.value("select last_value from runs")).toBe(3n)
  })
})

it("follows the search path, whatever the same text means there", async () => {
  await using db = await open()
  await db.execute(`
    drop schema if exists pgline_prepared_2 cascade; create schema pgline_prepared_2;
    drop table if exists place; create table place (id int, label text); insert into place values (1, 'first');
    create table pgline_prepared_2.place (id int, label numeric); insert into pgline_prepared_2.place values (1, 2.50)`)
  const text = "select label from place where id = $1"
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 3; i++) expect(await db.value(text, [1])).toBe("first")
    await db.query("set search_path = pgline_prepared_2")
    for (let i = 0; i < 3; i++) expect(await db.value(text, [1])).toBe("2.50")
    await db.query(`set search_path = ${schema}`)
  }
  await db.execute("drop schema pgline_prepared_2 cascade")
})
