/** What the compiler must refuse, of whichever package. */

import pg, { Client, Pool, type PoolClient, type QueryConfig, type QueryResult } from "pg"

export async function refused(pool: Pool, client: PoolClient): Promise<void> {
  // @ts-expect-error a query is needed
  await pool.query()
  // @ts-expect-error values are an array
  await pool.query("select $1", 5)
  // @ts-expect-error a pool lends; it is no client
  pool.release()
  // @ts-expect-error with a callback there is no promise
  const promise: Promise<unknown> = client.query("select 1", () => {})
  const { rows } = await pool.query<{ id: number }>("select 1 as id")
  // @ts-expect-error a row has the columns that it is said to have
  rows[0]?.name
  // @ts-expect-error a number is no string
  const id: string | undefined = rows[0]?.id
  // @ts-expect-error there is no such key
  new Pool({ maximum: 5 })
  // @ts-expect-error a port is a number
  new Client({ port: "5432" })
  // @ts-expect-error a pool is told things in an object
  new Pool("postgres://localhost/app")
  // @ts-expect-error there is no such event
  client.on("notify", () => {})
  // @ts-expect-error there is no such event
  pool.on("lend", () => {})
  // @ts-expect-error a notification has no such field
  client.on("notification", (message) => message.text)
  // @ts-expect-error a query has a text
  const config: QueryConfig = { values: [1] }
  // @ts-expect-error these values are two
  await pool.query<{ id: number }, [number, string]>("select $1, $2", [1])
  // @ts-expect-error there is no other mode
  await pool.query({ text: "select 1", rowMode: "tuple" })
  // @ts-expect-error a row is an object
  const result: QueryResult<number> | undefined = undefined
  // @ts-expect-error a parser is a function
  pg.types.setTypeParser(20, "number")
  // @ts-expect-error a client that one makes is not given back
  new Client().release()
  // @ts-expect-error a file is no submittable
  client.query({ read: () => {} })
  // @ts-expect-error what is lent may be undefined
  pool.connect((_error, lent) => lent.query("select 1"))
  console.log(promise, id, config, result)
}
