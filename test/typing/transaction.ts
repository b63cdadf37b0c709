/**
 * What the compiler must accept and refuse about transactions, pipelines, prepared statements, notifications and
 * retrying. Checked by the compiler; never run.
 */

import { expectTypeOf } from "vitest"
import {
  type Connection,
  type Notification,
  type ParameterInfo,
  type Queryable,
  retry,
  type Subscription,
  sql,
  type Transaction,
} from "../../src/index.ts"

export async function transactions(db: Connection): Promise<void> {
  const options = { isolation: "serializable", readOnly: true, deferrable: true, retry: 3 } as const
  expectTypeOf(await db.transaction(async (tx) => tx.rows<{ id: number }>`select 1`, options)).toEqualTypeOf<
    { id: number }[]
  >()
  expectTypeOf(await db.transaction(() => 5)).toEqualTypeOf<number>()
  await db.transaction(async (tx) => {
    expectTypeOf(tx).toExtend<Queryable>()
    expectTypeOf(await tx.transaction(async (inner) => inner.value<string>`select 'a'`)).toEqualTypeOf<
      string | undefined
    >()
  })
  await using tx = await db.begin({ isolation: "repeatable read" })
  expectTypeOf(tx).toEqualTypeOf<Transaction>()
  expectTypeOf(tx.commit()).toEqualTypeOf<Promise<void>>()
}

export async function pipelines(db: Connection): Promise<void> {
  const both = await db.pipeline((p) =>
    Promise.all([p.value<number>`select 1`, p.rows("select 1", [], { rows: "tuple" })]),
  )
  expectTypeOf(both).toEqualTypeOf<[number | undefined, unknown[][]]>()
  const listed = await db.pipeline((p) => [p.value<number>`select 1`, p.rows("select 1", [], { rows: "tuple" })])
  expectTypeOf(listed).toEqualTypeOf<[number | undefined, unknown[][]]>()
  const many = await db.transaction((tx) => tx.pipeline((p) => [1, 2].map((n) => p.value<string>`select ${n}::text`)))
  expectTypeOf(many).toEqualTypeOf<(string | undefined)[]>()
  expectTypeOf(await db.pipeline(async (p) => [p.value<number>`select 1`].length)).toEqualTypeOf<number>()
  expectTypeOf(await db.pipeline(() => 1)).toEqualTypeOf<number>()
  expectTypeOf(await db.pipeline(() => JSON.parse("1"))).toBeAny()
}

export async function prepares(db: Connection): Promise<void> {
  await using statement = await db.prepare(sql`select ${sql.id("a")}`, {
    name: "a",
    parameterTypes: ["int4", undefined],
  })
  expectTypeOf(statement.parameters).toEqualTypeOf<readonly ParameterInfo[]>()
  expectTypeOf(statement.fields[0]?.typeName).toEqualTypeOf<string | undefined>()
}

export async function listens(db: Connection): Promise<void> {
  await using subscription = await db.listen("jobs")
  expectTypeOf(subscription).toEqualTypeOf<Subscription>()
  for await (const notification of subscription) expectTypeOf(notification).toEqualTypeOf<Notification>()
  await db.listen("jobs", ({ channel, payload }) => expectTypeOf([channel, payload]).toEqualTypeOf<string[]>())
}

export async function retries(db: Connection, signal: AbortSignal): Promise<void> {
  expectTypeOf(await retry(() => db.value<number>`select 1`)).toEqualTypeOf<number | undefined>()
  expectTypeOf(await retry((attempt) => attempt, { attempts: 5, signal })).toEqualTypeOf<number>()
  await retry(() => 1, { on: (error) => error instanceof Error })
}

export function refuses(db: Connection, tx: Transaction): void {
  // @ts-expect-error no such level
  db.transaction(() => 1, { isolation: "snapshot" })
  // @ts-expect-error retrying is counted
  db.transaction(() => 1, { retry: true })
  // @ts-expect-error a transaction runs a function
  db.transaction(sql`select 1`)
  // @ts-expect-error a savepoint has its transaction's isolation
  tx.transaction(() => 1, { isolation: "serializable" })
  // @ts-expect-error a transaction has no connection of its own to close
  tx.close()
  // @ts-expect-error a name is a string
  tx.prepare(5)
  // @ts-expect-error what is retried is a function, or it has run already
  retry(db.query`select 1`)
  // @ts-expect-error a question is a function
  retry(() => 1, { on: true })
  // @ts-expect-error a payload is a string
  db.notify("jobs", { id: 1 })
  // @ts-expect-error statements are prepared as text or fragments
  db.prepare`select 1`
}
