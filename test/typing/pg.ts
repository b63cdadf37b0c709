/** What the compiler must accept of `pgline/pg`, and what it must refuse. */

import pg, {
  Client,
  Cursor,
  copyStreams,
  DatabaseError,
  Pool,
  type PoolClient,
  Query,
  types,
} from "../../src/pg/index.ts"

export async function accepted(): Promise<void> {
  const pool = new Pool({ connectionString: "postgres://localhost/app", max: 5, idleTimeoutMillis: 0 })
  const { rows, rowCount, fields } = await pool.query("select $1::int as n", [1])
  const n: number = rows[0].n
  const name: string | undefined = fields[0]?.name
  const count: number | null = rowCount
  const client: PoolClient = await pool.connect()
  client.release()
  client.release(new Error("broken"))
  pool.connect((error, lent, release) => {
    if (error || lent === undefined) return
    release()
  })
  pool.query("select 1", (error, result) => [error, result])
  await pool.query({ text: "select 1", rowMode: "array", name: "one", values: [n, name, count] })
  const values: readonly number[] = [1]
  await pool.query("select $1", values)

  const own = new Client("postgres://localhost/app")
  const connected: Client = await own.connect()
  own.connect((error, itself) => [error?.message, itself.port])
  const cursor: Cursor = own.query(new Cursor("select 1"))
  await cursor.read(10)
  const typed = own.query(new Cursor<{ n: number }>("select 1 as n"))
  typed.read(1, (_error, rows) => rows[0]?.n.toFixed())
  const read: { n: number }[] = await typed.read(1)
  const query: Query = own.query(new Query("select 1"))
  query.on("row", () => {})
  own.query(copyStreams.from("copy t from stdin")).end("1\n")
  own.on("notification", () => {})
  await connected.end()

  types.setTypeParser(20, BigInt)
  types.setTypeParser(types.builtins.INT8, "text", Number)
  types.setTypeParser(1082, (day) => day.slice(0, 4))
  types.setTypeParser(17, "binary", (bytes: Buffer) => bytes.length)
  const parseDay: (text: string) => Date = types.getTypeParser(1082)
  own.setTypeParser(1082, parseDay)
  pg.defaults.parseInt8 = true
  console.log(read)
  const failure: unknown = new DatabaseError("m", 1, "error")
  if (failure instanceof DatabaseError) failure.code?.startsWith("23")
}

export async function refused(pool: Pool, client: Client): Promise<void> {
  // @ts-expect-error a query is needed
  await pool.query()
  // @ts-expect-error values are an array
  await pool.query("select $1", 5)
  // @ts-expect-error a pool lends; it is no client
  pool.release()
  // @ts-expect-error with a callback there is no promise
  const promise: Promise<unknown> = client.query("select 1", () => {})
  await promise
}
