/** Prisma's driver adapter, called as Prisma's engine calls it. */

import { PrismaPg } from "@prisma/adapter-pg"
import { failureOf, newPool, type ScenarioServer } from "../scenario.ts"

interface Query {
  sql: string
  args: unknown[]
  argTypes: never[]
}

const query = (sql: string, args: unknown[] = []): Query => ({ sql, args, argTypes: args.map(() => ({})) as never[] })

async function causeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return "no failure"
  } catch (error) {
    return (error as { cause?: unknown }).cause ?? (await failureOf(Promise.reject(error)))
  }
}

export async function run(server: ScenarioServer): Promise<unknown> {
  const pool = newPool(server)
  const adapter = await new PrismaPg(pool as never).connect()
  await adapter.executeScript(
    "create table person (id serial primary key, name text unique, born timestamptz, data jsonb, big int8, tags text[], photo bytea, amount numeric)",
  )
  const inserted = await adapter.queryRaw(
    query(
      "insert into person (name, born, data, big, tags, photo, amount) values ($1, '2000-01-02 03:04:05.678+00', $2, 9007199254740993, '{a,b}', '\\x00ff', 12.50) returning *",
      ["Ann", '{"a":1}'],
    ),
  )
  const affected = await adapter.executeRaw(query("update person set name = $1 where id = $2", ["Bo", 1]))
  const transaction = await adapter.startTransaction("SERIALIZABLE")
  await transaction.executeRaw(query("insert into person (name) values ('Cy')"))
  await transaction.commit()
  await transaction.executeRaw(query("commit"))
  const aborted = await adapter.startTransaction()
  await aborted.executeRaw(query("insert into person (name) values ('Di')"))
  await aborted.rollback()
  const names = await adapter.queryRaw(query("select name from person order by id"))
  const duplicate = await causeOf(adapter.executeRaw(query("insert into person (name) values ('Bo')")))
  const wrong = await causeOf(adapter.queryRaw(query("select nosuch")))
  const missing = await causeOf(adapter.queryRaw(query("select * from nosuch")))
  const types = await adapter.queryRaw(
    query(
      "select 1::int2, 2.5::float8, true, 'x'::char(3), '10:00'::time, '2026-11-20'::date, '{1,2}'::int[], null::text",
    ),
  )
  await adapter.dispose()
  if (!pool.ending) await pool.end()
  return { inserted, affected, names, duplicate, wrong, missing, types }
}
