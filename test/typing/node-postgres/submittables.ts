/** What writes its requests itself: the packages that do, and a class of one's own. */

import { EventEmitter } from "node:events"
import { pipeline } from "node:stream/promises"
import { type Connection, Pool, type PoolClient, type Submittable } from "pg"
import { from, to } from "pg-copy-streams"
import Cursor from "pg-cursor"
import QueryStream from "pg-query-stream"

const pool = new Pool()

export async function cursors(client: PoolClient): Promise<number> {
  const cursor = client.query(new Cursor<{ id: number }>("select 1 as id", [1]))
  const rows = await cursor.read(100)
  await cursor.close()
  const lent = pool.query(new Cursor("select 1"))
  await lent.read(1)
  return rows.reduce((sum, row) => sum + row.id, 0)
}

export async function streams(client: PoolClient): Promise<void> {
  const stream: QueryStream = client.query(new QueryStream("select $1::int", [1], { batchSize: 10 }))
  for await (const row of stream) console.log(row.id)
  const source = client.query(to("copy t to stdout"))
  const sink = client.query(from("copy t from stdin"))
  await pipeline(source, sink)
  console.log(sink.rowCount)
}

export class Ping extends EventEmitter implements Submittable {
  submit(connection: Connection): void {
    connection.parse({ text: "select 1", name: "", types: [] }, true)
    connection.bind({ portal: "", statement: "", values: ["a", null] }, true)
    connection.describe({ type: "P", name: "" }, true)
    connection.execute({ portal: "" }, true)
    connection.flush()
    connection.close({ type: "S", name: "" }, true)
    connection.sync()
    connection.once("readyForQuery", () => connection.stream.resume())
  }
}

export class Arrow implements Submittable {
  submit = (connection: Connection): void => connection.query("select 1")
}

export const ping = (client: PoolClient): [Ping, Arrow] => [client.query(new Ping()), client.query(new Arrow())]
