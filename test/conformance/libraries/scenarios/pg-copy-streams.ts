/** The real `pg-copy-streams` on a client. */

import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import copy from "pg-copy-streams"
import { failureOf, newPool, type ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const pool = newPool(server)
  const client = await pool.connect()
  await client.query("create table t (a int, b text)")
  const lines = Readable.from(Array.from({ length: 20_000 }, (_, i) => `${i}\trow ${i}\n`))
  const into = client.query(copy.from("copy t from stdin"))
  await pipeline(lines, into)
  const outOf = client.query(copy.to("copy (select * from t order by a) to stdout csv"))
  let bytes = 0
  for await (const chunk of outOf) bytes += chunk.length
  const wrong = await failureOf(pipeline(Readable.from(["x\ty\n"]), client.query(copy.from("copy t from stdin"))))
  const cut = async function* (): AsyncGenerator<string> {
    yield "1\ty\n"
    throw new RangeError("the source is broken")
  }
  const broken = await failureOf(pipeline(Readable.from(cut()), client.query(copy.from("copy t from stdin"))))
  const count = await client.query("select count(*)::int as n from t")
  client.release()
  await pool.end()
  return { copied: into.rowCount, read: outOf.rowCount, bytes, wrong, broken, rows: count.rows }
}
