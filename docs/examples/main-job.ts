/**
 * The main job, from nothing to a report: start a PostgreSQL, connect with SCRAM, create, insert, select typed rows,
 * meet an error, pipeline a hundred queries, close everything. Run by `npm start`.
 */

import { type Connection, connect, errors } from "../../src/index.ts"
import { startPostgres } from "../../test/support/postgres-server.ts"

interface Order {
  id: bigint
  customer: string
  total: string
  placed_at: Date
  details: { gift: boolean; notes: string[] }
  items: number[]
  tags: string[]
}

await using server = await startPostgres({ version: 18 })
await using db = await connect({
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
  requireAuth: "scram-sha-256",
  applicationName: "pgline main job",
})

heading("Connected")
line("server", `PostgreSQL ${db.info.serverVersion} at ${db.info.host}:${db.info.port}, backend ${db.info.backendPid}`)
line("authenticated", `user "${db.info.user}" with scram-sha-256, protocol ${db.info.protocolVersion}`)

await createAndFill(db)
await showRows(db)
await showError(db)
await compareSpeed(db)

heading("Done")
await db.close()
line("connection", db.isClosed ? "closed" : "still open")
await server.stop()
line("server", "stopped, its files removed")

async function createAndFill(db: Connection): Promise<void> {
  heading("Created and filled")
  const { command } = await db.query`
    create temporary table orders (
      id bigint primary key generated always as identity,
      customer text not null,
      total numeric(14, 2) not null check (total >= 0),
      placed_at timestamptz not null,
      details jsonb not null,
      items int[] not null,
      tags text[] not null
    )`
  line("command", command)
  const placedAt = new Date("2026-11-20T10:00:00.123Z")
  const inserted = await db.query`
    insert into orders (customer, total, placed_at, details, items, tags)
    values (${"Ada"}, ${"12345678901.10"}, ${placedAt}, ${{ gift: true, notes: ["fragile"] }}, ${[1, 2, 3]}, ${["new", "vip"]}),
           (${"Grace"}, ${7}, ${placedAt}, ${{ gift: false, notes: [] }}, ${[]}, ${["it's", 'a "quote"', null]})`
  line("rows inserted", inserted.rowCount)
}

async function showRows(db: Connection): Promise<void> {
  heading("Selected, typed")
  for (const order of await db.rows<Order>`select * from orders order by id`) {
    for (const [column, value] of Object.entries(order)) line(column, `${show(value)}  ${kindOf(value)}`)
  }
}

async function showError(db: Connection): Promise<void> {
  heading("An error, with its SQLSTATE")
  try {
    await db.query`update orders set total = ${-1} where customer = ${"Ada"}`
  } catch (error) {
    if (!(error instanceof errors.CheckViolation)) throw error
    line(error.code, `${error.name}: ${error.message}`)
    line("constraint", error.constraint)
    line("still usable", await db.value`select 'yes'`)
  }
}

async function compareSpeed(db: Connection): Promise<void> {
  heading("A hundred queries")
  const count = 100
  const square = (n: number): Promise<number | undefined> => db.value<number>`select ${n}::int4 * ${n}::int4`
  await square(1)
  await square(1) // by now the statement is prepared

  let start = performance.now()
  for (let n = 0; n < count; n++) await square(n)
  const oneByOne = performance.now() - start

  start = performance.now()
  const squares = await Promise.all(Array.from({ length: count }, (_, n) => square(n)))
  const pipelined = performance.now() - start

  if (squares.some((value, n) => value !== n * n)) throw new Error("a pipelined query got another one's answer")
  line("one by one", `${oneByOne.toFixed(1)} ms`)
  line("pipelined", `${pipelined.toFixed(1)} ms (${(oneByOne / pipelined).toFixed(1)} times as fast)`)
}

function heading(text: string): void {
  process.stdout.write(`\n${text}\n`)
}

function line(label: string, value: unknown): void {
  process.stdout.write(`  ${label.padEnd(14)} ${value}\n`)
}

function show(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "(array)"
  return value instanceof Date ? "(Date)" : `(${typeof value})`
}
