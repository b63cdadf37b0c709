/** The real `pg-cursor` on a client. */

import Cursor from "pg-cursor"
import { failureOf, newPool, type ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const pool = newPool(server)
  const client = await pool.connect()
  const found: unknown[] = []
  const cursor = client.query(new Cursor("select n, n::text as t from generate_series(1, $1::int) n", [7]))
  for (let rows = await cursor.read(3); rows.length > 0; rows = await cursor.read(3)) found.push(rows)
  await cursor.close()
  const early = client.query(new Cursor("select generate_series(1, 1000) as n"))
  found.push(await early.read(2))
  await early.close()
  const arrays = client.query(new Cursor("select 1 as a, 2 as a", [], { rowMode: "array" }))
  found.push(await arrays.read(10))
  await arrays.close()
  const wrong = client.query(new Cursor("select foo"))
  found.push(await failureOf(wrong.read(1)))
  found.push((await client.query("select 'usable' as it")).rows)
  const late = client.query(new Cursor("select 1 / (3 - n) as q from generate_series(1, 5) n"))
  found.push(await late.read(2), await failureOf(late.read(2)))
  found.push((await client.query("select 'usable' as it")).rows)
  client.release()
  await pool.end()
  return found
}
