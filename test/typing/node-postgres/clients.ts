/** A client: config, queries in all their forms, callbacks, events, classes of one's own. */

import pg, { Client, type ClientConfig, type Notification, type QueryArrayResult, type QueryResult } from "pg"

interface Person {
  id: number
  name: string
}

const config: ClientConfig = {
  host: "localhost",
  port: 5432,
  user: "app",
  password: async () => "secret",
  database: "app",
  ssl: { rejectUnauthorized: false, ca: "…" },
  statement_timeout: 1000,
  application_name: "test",
  types: { getTypeParser: (oid: number, format?: "text" | "binary") => pg.types.getTypeParser(oid, format) },
}

export async function queries(): Promise<string | undefined> {
  const client = new Client(config)
  await client.connect()
  const { rows } = await client.query<{ id: number }>("select 1 as id")
  const id: number = rows[0]!.id
  const untyped = await client.query("select 1 as n")
  console.log(
    untyped.rows[0].n.toFixed(),
    id,
    untyped.rows.map((row) => row.n),
  )
  const people: QueryResult<Person> = await client.query<Person>("select $1 as id, $2 as name", [1, "a"])
  const first: Person | undefined = people.rows[0]
  await client.query({ text: "select $1", values: [1], name: "one" })
  await client.query<Person>({ text: "select 1" }, [1])
  await client.query<Person, [number, string]>("select $1, $2", [1, "a"])
  const tuples: QueryArrayResult<[number, string]> = await client.query<[number, string]>({
    text: "select 1, 'a'",
    rowMode: "array",
  })
  const [n, s] = tuples.rows[0]!
  const loose = await client.query({ text: "select 1", rowMode: "array" as const })
  const cell: number = loose.rows[0]![0]
  const columns: string[] = people.fields.map((field) => `${field.name}:${field.dataTypeID}`)
  const count: number = people.rowCount ?? 0
  console.log(n.toFixed(), s.length, cell, columns, count, people.command.toLowerCase())
  await client.end()
  return first?.name
}

export function callbacks(client: Client): void {
  client.connect((error: Error) => console.error(error.message))
  client.query("select 1", (error, result) => {
    if (error) throw error
    console.log(result.rows[0].n, result.rowCount)
  })
  client.query("select $1", [1], (error: Error, result: QueryResult) => console.log(error, result.rows))
  client.query<Person>({ text: "select 1" }, (error, result) => console.log(error, result.rows[0]?.name))
  client.query({ text: "select 1", rowMode: "array" }, (error: Error | null, result: QueryArrayResult) => {
    console.log(error, result.rows[0]?.[0])
  })
  client.end((error) => console.log(error))
}

export function events(client: Client): void {
  client
    .on("notification", (message) => console.log(message.channel.length, message.payload?.length))
    .on("notification", (message: Notification) => console.log(message.processId))
    .on("notice", (notice) => console.log(notice.message, notice.severity))
    .on("error", (error) => console.error(error.message))
    .on("end", () => console.log("end"))
    .on("drain", () => {})
  client.once("notification", (message) => console.log(message.channel))
  client.removeAllListeners("error")
  console.log(client.escapeIdentifier("a"), client.escapeLiteral("a"), client.getTransactionStatus() === "I")
}

export class TracedClient extends Client {
  readonly began = Date.now()

  constructor(url: string) {
    super({ connectionString: url })
    this.on("error", () => {})
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.query<{ count: string }>(`select count(*) from ${this.escapeIdentifier(table)}`)
    return Number(rows[0]?.count)
  }
}

export const traced: Client = new TracedClient("postgres://localhost/app")
export const host: string = traced.host
export const port: number = traced.port
export const isClient = (value: unknown): value is Client => value instanceof Client
