/**
 * Composed statements on a real server: what they do, and what fails is shown where it stands.
 * Retrying, where another session stands in the way.
 */

import { inspect } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, errors, retry, sql } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
  await db.execute(`create schema composed; set search_path = composed;
    create table users (id int primary key, email text unique, name text, age int);
    create table counters (id int primary key, n int); insert into counters values (1, 0), (2, 0)`)
})

afterAll(async () => {
  await db.execute("drop schema composed cascade")
  await db.close()
})

test("rows are inserted or changed by one statement", async () => {
  const columns = ["id", "email", "age"] as const
  const upsert = (rows: readonly { id: number; email: string; age: number | null }[]) => sql`
    insert into users (${sql.join(columns.map((column) => sql.id(column)))})
    values ${sql.values(rows.map((row) => columns.map((column) => row[column])))}
    on conflict (id) do update
      set ${sql.join(columns.slice(1).map((column) => sql`${sql.id(column)} = excluded.${sql.id(column)}`))}`
  await db.query(
    upsert([
      { id: 1, email: "a", age: null },
      { id: 2, email: "b", age: 2 },
    ]),
  )
  const { rowCount } = await db.query(
    upsert([
      { id: 2, email: "c", age: 3 },
      { id: 3, email: "d", age: 4 },
    ]),
  )
  expect(rowCount).toBe(2)
  expect(await db.rows("select id, email, age from users order by id", [], { rows: "tuple" })).toEqual([
    [1, "a", null],
    [2, "c", 3],
    [3, "d", 4],
  ])
})

describe("an error of a composed statement", () => {
  const failing = sql`select ${"S3CRET"}::text,
    ${sql.id("users", "nmae")} -- 漢字
    from users where id = ${77123}`

  test("shows its line with a caret, the hint, and no value", async () => {
    const error: unknown = await db.query(failing).catch((reason: unknown) => reason)
    expect(String(error).split("\n")).toEqual([
      "UndefinedColumn: column users.nmae does not exist (42703 undefined_column)",
      'LINE 2:     "users"."nmae" -- 漢字',
      "            ^",
      'HINT: Perhaps you meant to reference the column "users.name".',
    ])
    for (const shown of [inspect(error, { depth: 9 }), JSON.stringify(error), String((error as Error).stack)]) {
      expect(shown).not.toMatch(/S3CRET|77123/)
    }
    expect(inspect(error)).toContain("            ^")
    expect(inspect(error)).toContain("composition.test.ts")
  })

  test("can be had with its values by whoever asks for them", () => {
    expect(db.format(failing)).toContain("'S3CRET'")
  })

  test("tells which of a table's constraints it was about", async () => {
    const error: unknown = await db.query`insert into users (id, email) values (9, 'a'), (10, 'a')`.catch((e) => e)
    if (!(error instanceof errors.UniqueViolation)) throw error
    expect(error.is("unique_violation", { constraint: "users_email_key" })).toBe(true)
    expect(error.is("unique_violation", { constraint: "users_pkey" })).toBe(false)
    expect(error.is("23000", { table: "users", schema: "composed" })).toBe(true)
    expect(error.is("not_null_violation")).toBe(false)
  })
})

describe("retry", () => {
  test("runs a whole transaction again that has lost against another", async () => {
    await using other = await connect(sharedServer.url, { parameters: { search_path: "composed" } })
    const attempts: number[] = []
    const result = await retry(async (attempt) => {
      attempts.push(attempt)
      return db.transaction(
        async (tx) => {
          const n = await tx.value<number>`select n from counters where id = 1`
          if (attempt < 3) await other.query`update counters set n = n + 1 where id = 1`
          await tx.query`update counters set n = ${n! + 10} where id = 1`
          return n! + 10
        },
        { isolation: "serializable" },
      )
    })
    expect([attempts, result]).toEqual([[1, 2, 3], 12])
    expect(await db.value`select n from counters where id = 1`).toBe(12)
  })

  test("gives up after the last attempt, with the server's error", async () => {
    let attempts = 0
    const raise = () => {
      attempts++
      return db.query("do $$ begin raise sqlstate '40P01'; end $$")
    }
    await expect(retry(raise, { attempts: 2 })).rejects.toThrow(errors.DeadlockDetected)
    expect(attempts).toBe(2)
  })

  test.each<[string, () => Promise<unknown>]>([
    ["a value that does not fit", () => db.query("select $1::int4", ["x".length * 2.5])],
    ["a constraint", () => db.query`insert into counters values (1, 1)`],
    ["a statement that was cancelled", () => db.query("select pg_sleep(60)", [], { timeout: 1 })],
    ["fragments that do not fit", async () => db.query(sql`select ${sql.join([])}`)],
  ])("does not repeat %s", async (_, run) => {
    let attempts = 0
    const outcome = retry(() => {
      attempts++
      return run()
    })
    await expect(outcome).rejects.toThrow(errors.PglineError)
    expect(attempts).toBe(1)
  })

  test("tries to connect again", async () => {
    let attempts = 0
    await using found = await retry(() => connect(sharedServer.url, attempts++ === 0 ? { port: 1 } : {}))
    expect([attempts, await found.value`select 1`]).toEqual([2, 1])
  })
})
