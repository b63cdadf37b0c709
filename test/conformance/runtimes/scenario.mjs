/**
 * What is asked of every runtime: the package as it is installed, over TCP, TLS and a unix socket. Prints what came of
 * it as one line of JSON and has to end by itself.
 *
 *   <runtime> scenario.mjs '{"tcp": …, "tls": …, "unix": …}'
 */

import { text } from "node:stream/consumers"
import { connect, errors, Pool, sql } from "pgline"
import pg from "pgline/pg"

const { tcp, tls, unix } = JSON.parse(process.argv[2])
/** JSON has no bigint, no bytes and no NaN; what has a JSON form of its own passes in that. */
function plain(value) {
  return JSON.stringify(value, function (key, inner) {
    const original = this[key]
    if (typeof inner === "bigint" || Number.isNaN(inner)) return `the ${typeof inner} ${inner}`
    if (original instanceof Uint8Array) return `${original.length} bytes: ${original.slice(0, 4).join(" ")} …`
    return inner
  })
}

async function failure(promise) {
  return promise.then(
    (value) => `no failure, but ${plain(value)}`,
    (error) => error,
  )
}

const steps = {
  types: async (db) =>
    db.rows(
      `select 1::int2 as small, 9007199254740993::int8 as large, 1.10::numeric as exact, 'NaN'::float8 as nan,
        timestamptz '2026-11-20 12:00:00.123456Z' as at, date '2026-11-20' as day, interval '1 month 2 days' as span,
        '{"a": [1, null]}'::jsonb as document, '\\x00ff'::bytea as bytes, array[[1, 2], [3, 4]] as numbers,
        int4range(1, 5) as range, 'ünï ✓ 𝒳'::text as words, '::1'::inet as address, gen_random_uuid() is not null as known`,
    ),
  parameters: async (db) =>
    db.one`select ${1}::int4 as n, ${"é\n'"}::text as t, ${new Uint8Array([1, 2, 3])}::bytea as b, ${[1, null]}::int4[] as a,
      ${{ x: [true] }}::jsonb as j, ${new Date(0)}::timestamptz as d, ${12345678901234567890n}::numeric as big, ${null}::text as nothing`,
  "many at once": async (db) => {
    const values = await Promise.all(Array.from({ length: 300 }, (_, i) => db.value("select $1::int4 * 2", [i])))
    return values.reduce((sum, value) => sum + value, 0)
  },
  "a pipeline": async (db) => db.pipeline((p) => [1, 2, 3].map((n) => p.value`select ${n}::int4`)),
  "an error": async (db) => {
    const error = await failure(db.query`select 1 / ${0}::int4`)
    return [error instanceof errors.DivisionByZero, error instanceof Error, error.code, error.message]
  },
  "a transaction": async (db) => {
    await db.execute("create temp table t (n int4 primary key, s text)")
    const failed = await failure(
      db.transaction(async (tx) => {
        await tx.query`insert into t values (1, 'gone')`
        await tx.query`insert into t values (1, 'twice')`
      }),
    )
    await db.transaction(async (tx) => {
      await tx.query`insert into t values (2, 'stays')`
      await failure(tx.transaction((inner) => inner.query`insert into t values (2, 'inner')`))
    })
    return [failed.code, await db.rows`select * from t`]
  },
  copying: async (db) => {
    const { rowCount } = await db.copyIn("copy t from stdin", "10\tä\\tb\n11\t\\N\n")
    const rows = (n) => Array.from({ length: n }, (_, i) => [100 + i, `row ${i}`])
    const records = await db.copyRows("t", rows(5000), { columns: ["n", "s"] })
    const out = await text(
      db.copyOut("copy (select * from t where n < 20 order by n) to stdout (format csv)").toReadable(),
    )
    let binary = 0
    for await (const [n] of db.copyOut("copy t to stdout (format binary)").rows(["int4", "text"])) binary += n
    return [rowCount, records.rowCount, out, binary]
  },
  "copying that is broken off": async (db) => {
    const source = (async function* () {
      yield "1000000\tx\n"
      throw new Error("the source is broken")
    })()
    const error = await failure(db.copyIn("copy t from stdin", source))
    for await (const _ of db.copyOut("copy (select generate_series(1, 10000000)) to stdout")) break
    return [error.message, await db.value`select count(*)::int4 from t where n = 1000000`]
  },
  streaming: async (db) => {
    let sum = 0
    for await (const n of db.stream("select generate_series(1, 50000)", [], { rows: "scalar" })) sum += n
    for await (const _ of db.stream`select generate_series(1, 10000000)`) break
    const cursor = await db.cursor`select generate_series(1, 10) as n`
    const rows = [...(await cursor.fetch(2)), await cursor.fetchOne()]
    await cursor.close()
    return [sum, rows]
  },
  "much at once": async (db) => {
    const bytes = new Uint8Array(3_000_000).map((_, i) => i % 251)
    const back = await db.value`select ${bytes}::bytea`
    return [back, back.every((byte, i) => byte === i % 251)]
  },
  "a large object": async (db) =>
    db.transaction(async (tx) => {
      const oid = await tx.largeObjects.create()
      const object = await tx.largeObjects.open(oid, "rw")
      await object.write(new Uint8Array(100_000).fill(7))
      await object.seek(99_998n)
      const end = await object.read()
      await object.close()
      await tx.largeObjects.unlink(oid)
      return end
    }),
  "stopping by signal and by time": async (db) => {
    const signal = AbortSignal.timeout(50)
    const aborted = await failure(db.query("select pg_sleep(60)", [], { signal }))
    const late = await failure(db.query("select pg_sleep(60)", [], { timeout: 50 }))
    return [aborted.name, late instanceof errors.TimeoutError, await db.value`select 'usable'`]
  },
  notifications: async (db) => {
    const subscription = await db.listen("runtime_test")
    await db.notify("runtime_test", "heard")
    for await (const { payload } of subscription) return payload
  },
}

/** All steps on a connection of its own. */
async function runAll(options) {
  const db = await connect(options)
  const results = { tls: db.info.tls && [db.info.tls.protocol, db.info.tls.authorized] }
  for (const [name, step] of Object.entries(steps)) results[name] = JSON.parse(plain((await step(db)) ?? null))
  await db.close()
  return results
}

async function refusals() {
  const wrong = await failure(connect({ ...tls, password: "wrong" }))
  const foreign = await failure(connect({ ...tls, sslrootcert: "system" }))
  const nobody = await failure(connect({ ...tcp, port: 1 }))
  return [wrong.code, foreign.name, nobody.name, nobody instanceof errors.ConnectionError]
}

async function pooled() {
  const pool = new Pool({ ...tcp, max: 3 })
  const values = await Promise.all(Array.from({ length: 50 }, (_, i) => pool.value`select ${i}::int4`))
  const connection = await pool.acquire()
  const killed = await pool.value`select pg_terminate_backend(${await connection.value`select pg_backend_pid()`})`
  const lost = await failure(connection.query`select 1`)
  connection.release()
  const composed = await pool.rows(sql`select ${sql.id("n")} from generate_series(1, 2) as ${sql.id("n")}`)
  const told = [
    values.length,
    values.at(-1),
    pool.stats().size <= 3,
    killed,
    lost instanceof errors.PglineError,
    composed,
  ]
  await pool.close()
  return told
}

async function faced() {
  const { host, port, user, password, database } = tcp
  const pool = new pg.Pool({ host, port, user, password, database })
  const { rows, fields } = await pool.query("select $1::int4 as n, now() is not null as t", [1])
  const failed = await failure(pool.query("select nosuch"))
  await pool.end()
  return [rows, fields.map(({ name }) => name), failed.code, failed instanceof pg.DatabaseError]
}

const told = {
  tcp: await runAll(tcp),
  tls: await runAll(tls),
  unix: await runAll(unix),
  refusals: await refusals(),
  pool: await pooled(),
  face: await faced(),
}
process.stdout.write(`${JSON.stringify(told)}\n`)
