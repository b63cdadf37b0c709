/**
 * Types that the database's users have made: looked up by themselves the first time they are met, wherever that is, once
 * for all connections of a pool, and anew when they were changed.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type Connection, connect, errors, Pool, sql, types } from "../../../src/index.ts"
import { startTestServer, type TestServer, type TestServerOptions } from "../../support/server-source.ts"
import { testVersion } from "../../support/test-server.ts"

let server: TestServer
let admin: Connection

const options: Omit<TestServerOptions, "version"> = {
  settings: { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track": "top" },
}

beforeAll(async () => {
  server = await startTestServer({ ...options, version: testVersion })
  admin = await connect(server.url)
  await admin.execute("create extension pg_stat_statements")
})

afterAll(async () => {
  await admin.close()
  await server.stop()
})

beforeEach(async () => {
  await admin.execute(`
    drop schema if exists app cascade; create schema app; set search_path = app;
    create type mood as enum ('ok', 'so "so"', '');
    create domain posint as int4 check (value > 0);
    create type inside as (a int8, "B c" text, gone int4, m mood, "__proto__" int8[]);
    alter type inside drop attribute gone;
    create type outside as (i inside, d posint, list inside[], n numeric, at timestamptz, moods mood[]);
    create domain outsides as outside[];
    create type nothing as ();
    create type span as range (subtype = int8);
    create type moody as range (subtype = mood);
    create table things (id int, m mood, o outside, os outsides, s span, ms mood[], ns nothing[]);
    select public.pg_stat_statements_reset()`)
})

const inside = { a: 9007199254740993n, "B c": 'x "y" \\ z', m: 'so "so"', ["__proto__"]: [1n, 2n] }
const outside = {
  i: inside,
  d: 5,
  list: [inside, null],
  n: "1.50",
  at: new Date("2026-11-20T10:00:00Z"),
  moods: ["ok", null, ""],
}
const thing = {
  id: 1,
  m: "ok",
  o: outside,
  os: [outside, null],
  s: new types.Range(1n, 5n, "[)"),
  ms: ["ok", 'so "so"'],
  ns: [{}],
}
const columns = Object.keys(thing)

/** How often the catalogs were asked. */
async function lookups(): Promise<number> {
  const calls = await admin.value<number>(
    "select coalesce(sum(calls), 0)::int from public.pg_stat_statements where query like 'with recursive named as%'",
  )
  return calls!
}

function connectThere(more: Parameters<typeof connect>[1] = {}): Promise<Connection> {
  return connect(server.url, { parameters: { search_path: "app" }, ...more })
}

async function insertThing(db: Connection): Promise<void> {
  await db.query(`insert into things values ($1, $2, $3, $4, $5, $6, $7)`, Object.values(thing))
}

describe("met for the first time", () => {
  test("as parameters, as results of the first run and of the later ones", async () => {
    await using db = await connectThere()
    for (let run = 0; run < 4; run++) {
      const row = await db.one(
        `insert into things values ($1, $2, $3, $4, $5, $6, $7) returning *`,
        Object.values(thing),
      )
      expect(row).toEqual(thing)
    }
    expect(await lookups()).toBe(1)
  })

  test("what went in is what the server understands", async () => {
    await using db = await connectThere()
    await insertThing(db)
    const text = await db.one(`select ${columns.map((column) => `${column}::text`).join()} from things`)
    expect(text["m"]).toBe("ok")
    expect(await db.value("select (o).i.a from things")).toBe(9007199254740993n)
    expect(await db.value('select (os[1]).list[1]."B c" from things')).toBe('x "y" \\ z')
    expect(await db.value("select (o).list[2] is null from things")).toBe(true)
  })

  test("as rows in text, while what was asked for behind goes on", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const order: string[] = []
    const [row, one, again] = await Promise.all([
      other.one("select * from things").finally(() => order.push("things")),
      other.value("select 1").finally(() => order.push("one")),
      other.one("select * from things").finally(() => order.push("things")),
    ])
    expect([row, one, again]).toEqual([thing, 1, thing])
    expect(order).toEqual(["one", "things", "things"])
  })

  test("all at once: one lookup for everybody on the connection", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await admin.execute("select public.pg_stat_statements_reset()")
    await using other = await connectThere()
    const rows = await Promise.all(Array.from({ length: 50 }, (_, i) => other.one(`select * from things /* ${i} */`)))
    expect(rows).toEqual(Array.from({ length: 50 }, () => thing))
    expect(await lookups()).toBe(1)
  })

  test("once for all connections of a pool, even when all meet it together", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await admin.execute("select public.pg_stat_statements_reset()")
    const pool = new Pool(server.url, { min: 8, max: 8, parameters: { search_path: "app" } })
    try {
      await pool.open({ wait: true })
      const rows = await Promise.all(Array.from({ length: 40 }, () => pool.one("select *, pg_sleep(0.01) from things")))
      expect(rows.map((row) => ({ ...row, pg_sleep: undefined }))).toEqual(
        Array.from({ length: 40 }, () => ({ ...thing, pg_sleep: undefined })),
      )
      expect(await lookups()).toBe(1)
    } finally {
      await pool.close()
    }
  })

  test("in scripts, several results of one", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const results = await other.execute(
      "select 1 as n; select * from things; select m from things; select ms from things",
    )
    expect(results.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [thing], [{ m: "ok" }], [{ ms: ["ok", 'so "so"'] }]])
  })

  test("in a transaction that only reads, and as its first statement", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const options = { readOnly: true, isolation: "serializable", deferrable: true } as const
    expect(await other.transaction((tx) => tx.one("select * from things"), options)).toEqual(thing)
    await using third = await connectThere()
    await third.transaction(async (tx) => {
      await tx.query("insert into things (id, o) values (2, $1)", [outside])
      expect(await tx.value("select o from things where id = 2")).toEqual(outside)
    })
    expect(await db.value("select count(*) from things")).toBe(2n)
  })

  test("in a pipeline, parameters and results, before its end", async () => {
    await using db = await connectThere()
    await db.pipeline(async (p) => {
      const inserted = p.value("insert into things (id, o) values (1, $1) returning o", [outside])
      const order = p.value("select count(*) from things")
      expect(await inserted).toEqual(outside)
      expect(await order).toBe(1n)
    })
    await using other = await connectThere()
    const late = await other.pipeline(async (p) => ({
      all: p.rows("select o, m from things"),
      one: p.value("select 1"),
    }))
    expect([await late.all, await late.one]).toEqual([[{ o: outside, m: null }], 1])
  })

  test("statements that wait behind an unknown parameter keep their order", async () => {
    await using db = await connectThere()
    const [, count] = await Promise.all([
      db.query("insert into things (id, o) values (1, $1)", [outside]),
      db.value("select count(*) from things"),
    ])
    expect(count).toBe(1n)
  })

  test("under a signal and a timeout, behind a pooler, prepared at once", async () => {
    await using db = await connectThere()
    await insertThing(db)
    for (const [more, query] of [
      [{}, { signal: new AbortController().signal, timeout: 10_000 }],
      [{ pooler: true }, {}],
      [{ prepareThreshold: 0 }, {}],
      [{}, { prepare: true }],
      [{ queryTimeout: 10_000 }, { prepare: false }],
    ] as const) {
      await using other = await connectThere(more)
      for (let run = 0; run < 3; run++) {
        expect(await other.value("select $1::outside as o", [outside], query)).toEqual(outside)
        expect(await other.one("select * from things", [], query)).toEqual(thing)
      }
    }
  })

  test("prepared explicitly, its parameters by name", async () => {
    await using db = await connectThere()
    await using statement = await db.prepare("insert into things (id, o, m) values (1, $1, $2) returning o, m")
    expect(statement.parameters.map(({ type }) => type)).toEqual(["outside", "mood"])
    expect(await statement.one([outside, "ok"])).toEqual({ o: outside, m: "ok" })
  })

  test("in a stream", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const rows: unknown[] = []
    for await (const row of other.stream("select * from things")) rows.push(row)
    expect(rows).toEqual([thing])
  })
})

describe("names", () => {
  test("types of the same name in several schemas are what their schema says", async () => {
    await admin.execute("drop schema if exists other cascade; create schema other; create type other.mood as (x int)")
    await using db = await connectThere()
    expect(await db.one("select 'ok'::mood as a, row(1)::other.mood as b")).toEqual({ a: "ok", b: { x: 1 } })
    const types = { parameterTypes: ["mood", "other.mood", "mood[]"] }
    expect(await db.rows("select $1 as a, $2 as b, $3 as c", ["ok", { x: 2 }, ["ok"]], types)).toEqual([
      { a: "ok", b: { x: 2 }, c: ["ok"] },
    ])
    await admin.execute("drop schema other cascade")
  })

  test("a type is found by its name alone, in parameterTypes and sql.param", async () => {
    await using db = await connectThere()
    expect(await db.value("select $1", [outside], { parameterTypes: ["app.outside"] })).toEqual(outside)
    expect(await db.value(sql`select ${sql.param(outside, "outside")}`)).toEqual(outside)
    expect(await db.value(sql`select ${sql.param([outside, null], "app.outside[]")}`)).toEqual([outside, null])
    await expect(db.value("select $1", ["x"], { parameterTypes: ["no_such"] })).rejects.toThrow(
      /"no_such" is not known/,
    )
    expect(await db.value("select 1")).toBe(1)
  })

  test("load reads a type before it is met, and says when there is none", async () => {
    await using db = await connectThere()
    await db.types.load("app.inside[]")
    expect(db.types.oidOf("app.inside")).toBe(await db.value("select 'inside'::regtype::oid"))
    await expect(db.types.load("app.no_such")).rejects.toThrow(errors.UsageError)
    await db.types.load("outside")
    expect(await lookups()).toBe(3)
    expect(await db.value("select $1::outside", [outside])).toEqual(outside)
    expect(await lookups()).toBe(3)
  })

  test("register by name and by OID, before and after the type is met, in all its containers", async () => {
    await using db = await connectThere()
    const codec = { decode: (text: string) => `<${text}>`, encode: (value: unknown) => String(value).slice(1, -1) }
    db.types.register({ name: "mood", ...codec })
    for (let run = 0; run < 3; run++) {
      const row = await db.one("select $1::mood as m, $2::mood[] as ms", ["<ok>", ["<ok>", null]])
      expect(row).toEqual({ m: "<ok>", ms: ["<ok>", null] })
    }
    expect(await db.value("select row(1, 'x', 'ok', null)::inside")).toEqual({
      a: 1n,
      "B c": "x",
      m: "<ok>",
      ["__proto__"]: null,
    })
    await using other = await connectThere()
    const oid = await other.value<number>("select 'mood'::regtype::oid")
    other.types.register({ name: "mood", oid: oid!, ...codec })
    for (let run = 0; run < 3; run++) expect(await other.value("select $1::mood", ["<ok>"])).toBe("<ok>")
    expect(await other.value("select $1::mood[]", [["<ok>"]])).toEqual(["<ok>"])
  })

  test("an OID that the catalogs do not have is text, and they are asked once", async () => {
    await using db = await connectThere()
    db.types.learn([
      { kind: "composite", oid: 4_000_000_001, name: "ghost", schema: "app", arrayOid: 0, attributes: [] },
    ])
    expect(db.types.codec(4_000_000_001)).toBeDefined()
    expect(db.types.codec(4_000_000_002)).toBeUndefined()
    for (let run = 0; run < 2; run++) {
      await expect(db.value("select $1", ["x"], { parameterTypes: ["app.ghost"] })).rejects.toThrow(
        'the type "app.ghost" is not known',
      )
    }
    expect(await db.value("select 1")).toBe(1)
  })
})

describe("changed", () => {
  test("dropped and made again: a new OID, a new lookup", async () => {
    await using db = await connectThere()
    expect(await db.value("select $1::mood", ["ok"])).toBe("ok")
    await admin.execute("drop type mood cascade; create type mood as (x int4, y text)")
    for (let run = 0; run < 3; run++) {
      expect(await db.value("select $1::mood", [{ x: 1, y: "a" }])).toEqual({ x: 1, y: "a" })
    }
  })

  test("attributes added and dropped, in whatever way the statement is run", async () => {
    await using db = await connectThere()
    const query = "select row(1, 'x', null, null)::inside as v from generate_series(1, 3)"
    for (let run = 0; run < 3; run++) await db.rows("select null::inside as v union all select null")
    await db.rows(query)
    await admin.execute('alter type inside drop attribute "__proto__"; alter type inside add attribute z date')
    const value = { a: 1n, "B c": "x", m: null, z: null }
    expect(await db.rows(query)).toEqual([{ v: value }, { v: value }, { v: value }])
    await admin.execute("alter type inside add attribute zz int4")
    const [script] = await db.execute("select row(1, 'x', null, null, 5)::inside as v")
    expect(script?.rows).toEqual([{ v: { ...value, zz: 5 } }])
    await admin.execute("alter type inside drop attribute z")
    for (let run = 0; run < 3; run++) {
      expect(await db.value("select row(1, 'x', null, 5)::inside")).toEqual({ a: 1n, "B c": "x", m: null, zz: 5 })
    }
  })

  test("attributes changed by somebody else, for values that go out", async () => {
    await using db = await connectThere()
    const query = "select $1::inside as v"
    const text = "select $1::inside::text as v"
    for (let run = 0; run < 3; run++) expect(await db.value(query, [inside])).toEqual(inside)
    for (let run = 0; run < 3; run++) await db.value(text, [inside])
    await admin.execute('alter type inside drop attribute "__proto__"; alter type inside add attribute z date')
    const value = { a: 1n, "B c": "x", m: null, z: "2026-11-20" }
    expect(await db.value(query, [value])).toEqual(value)
    expect(await db.value(text, [value])).toBe("(1,x,,2026-11-20)")
    await admin.execute("alter type inside add attribute zz int4")
    expect(await db.value(text, [{ ...value, zz: 7 }])).toBe("(1,x,,2026-11-20,7)")
  })

  test("an attribute renamed on this very connection", async () => {
    await using db = await connectThere()
    expect(await db.value("select row(1, 'x', null, null)::inside")).toHaveProperty("B c")
    await db.query('alter type inside rename attribute "B c" to b')
    expect(await db.value("select row(1, 'x', null, null)::inside")).toHaveProperty("b", "x")
  })

  test("a value that was added to an enum is a value like the others", async () => {
    await using db = await connectThere()
    expect(await db.value("select $1::mood", ["ok"])).toBe("ok")
    await db.query("alter type mood add value 'new'")
    expect(await db.value("select $1::mood", ["new"])).toBe("new")
    expect(await db.value("select $1::mood[]", [["new"]])).toEqual(["new"])
  })

  test("in a transaction that changes and rolls back", async () => {
    await using db = await connectThere()
    expect(await db.value("select row(1, 'x', null, null)::inside")).toHaveProperty("B c")
    await db.transaction(
      async (tx) => {
        await tx.query("alter type inside add attribute z int4")
        expect(await tx.value("select row(1, 'x', null, null, 5)::inside")).toHaveProperty("z", 5)
      },
      { forceRollback: true },
    )
    expect(Object.keys((await db.value<object>("select row(1, 'x', null, null)::inside"))!)).not.toContain("z")
  })
})

describe("when the catalogs cannot be asked", () => {
  test("because a statement behind has failed the transaction: an error that names the types, a usable connection", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const tx = await other.begin()
    await tx.query("select 1")
    const met = tx.rows("select o from things")
    const failed = tx.rows("select 1 / 0")
    await expect(failed).rejects.toThrow(errors.DivisionByZero)
    const error = await met.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.TypeLookupError)
    const oid = await db.value<number>("select 'outside'::regtype::oid")
    expect(error).toMatchObject({ types: [oid], cause: { code: "25P02", cause: { code: "22012" } } })
    await tx.rollback()
    expect(await other.value("select o from things")).toEqual(outside)
  })

  test("because the pipeline has failed behind", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const outcome = await other.pipeline(async (p) => {
      const settled = await Promise.allSettled([
        p.rows("select o from things"),
        p.rows("select 1 / 0"),
        p.value("select 2"),
      ])
      const sync = p.sync()
      const after = await p.value("select o from things")
      await sync
      return [...settled.map((one) => (one.status === "rejected" ? (one.reason as Error).name : one.status)), after]
    })
    expect(outcome).toEqual(["TypeLookupError", "DivisionByZero", "PipelineAbortedError", outside])
  })

  test("because the connection is lost meanwhile", async () => {
    await using db = await connectThere()
    await insertThing(db)
    const other = await connectThere()
    const pid = other.info.backendPid
    const met = other.rows("select o, pg_terminate_backend($1::int) from things", [pid])
    await expect(met).rejects.toThrow(/terminating connection|connection/)
    await other.close()
  })

  test("because it is stopped: the signal's reason, and the connection goes on", async () => {
    await using db = await connectThere()
    await insertThing(db)
    await using other = await connectThere()
    const abort = new AbortController()
    const met = other.rows("select o from things, pg_sleep(10)", [], { signal: abort.signal })
    const reason = new Error("enough")
    setTimeout(() => abort.abort(reason), 20)
    await expect(met).rejects.toBe(reason)
    expect(await other.value("select o from things")).toEqual(outside)
  })
})

test("a search_path with impostors of the catalogs and their operators leads nowhere", async () => {
  await admin.execute(`
    drop schema if exists evil cascade; create schema evil;
    create table evil.pg_type (oid oid, typname name);
    create function evil.never(oid, oid) returns bool language sql as 'select false';
    create operator evil.= (leftarg = oid, rightarg = oid, function = evil.never);
    create function evil.never(int2, int4) returns bool language sql as 'select false';
    create operator evil.> (leftarg = int2, rightarg = int4, function = evil.never);
    create function evil.json_agg(json) returns json language sql as $$select '1'::json$$`)
  await using db = await connect(server.url, { parameters: { search_path: "evil, app, pg_catalog" } })
  expect(await db.value("select $1::app.outside", [outside])).toEqual(outside)
  await admin.execute("drop schema evil cascade")
})
