/** The real `pg-query-stream` on a client. */

import QueryStream from "pg-query-stream"
import { failureOf, newPool, type ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const pool = newPool(server)
  const client = await pool.connect()
  let sum = 0
  for await (const row of client.query(new QueryStream("select generate_series(1, $1::int) as n", [5000]))) sum += row.n
  let seen = 0
  for await (const _ of client.query(new QueryStream("select generate_series(1, 5000) as n", [], { batchSize: 10 }))) {
    if (++seen === 25) break
  }
  const failing = async (): Promise<void> => {
    for await (const _ of client.query(new QueryStream("select 1 / (3 - n) from generate_series(1, 5) n"))) seen++
  }
  const failure = await failureOf(failing())
  const { rows } = await client.query("select 'usable' as it")
  client.release()
  await pool.end()
  return { sum, seen, failure, rows }
}
