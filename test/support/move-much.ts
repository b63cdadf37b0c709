/**
 * A process of its own that moves much data one way and tells how much memory that took at most: in the test runner's
 * own process its memory would count too.
 *
 *     node test/support/move-much.ts <url> <way> <megabytes or rows>
 */

import { type Connection, connect } from "../../src/index.ts"

const LINE = Buffer.from(`${"x".repeat(99)}\n`)

/** What there is to move, by name. Each resolves with what has arrived. */
const ways: Record<string, (db: Connection, amount: number) => Promise<number>> = {
  /** Rows of a statement, decoded. */
  stream: async (db, rows) => {
    let sum = 0
    const text =
      "select n, 'row ' || n, now(), n * 0.5::float8, n % 2 = 0 from (select generate_series(1, $1::int) n) s"
    for await (const batch of db.stream(text, [rows], { rows: "tuple" }).batches()) sum += batch.length
    return sum
  },
  /** The same in a transaction, by portal batches. */
  portal: (db, rows) =>
    db.transaction(async (tx) => {
      let sum = 0
      const text = "select n, 'row ' || n from (select generate_series(1, $1::int) n) s"
      for await (const batch of tx.stream(text, [rows], { rows: "tuple" }).batches()) sum += batch.length
      return sum
    }),
  /** Megabytes into a table, in chunks; the server reads them all and keeps none. */
  "copy-in": async (db, megabytes) => {
    await db.execute("create temporary table sink (line text)")
    const chunk = Buffer.concat(Array.from({ length: 656 }, () => LINE))
    const chunks = function* (): Generator<Uint8Array> {
      for (let bytes = 0; bytes < megabytes * 1e6; bytes += chunk.length) yield chunk
    }
    let sent = 0
    const onProgress = ({ bytes }: { bytes: number }): void => {
      sent = bytes
    }
    await db.copyIn("copy sink from stdin where false", chunks(), { onProgress })
    return Math.floor(sent / 1e6)
  },
  /** Megabytes out of a query. */
  "copy-out": async (db, megabytes) => {
    let bytes = 0
    const query = `select repeat('x', 99) from (select generate_series(1, ${megabytes * 10_000}) n) s`
    for await (const chunk of db.copyOut(`copy (${query}) to stdout`)) bytes += chunk.length
    return Math.floor(bytes / 1e6)
  },
  /** Rows of values into a table. */
  "copy-rows": async (db, rows) => {
    await db.execute("create temporary table sink (n int, t text, at timestamptz, f float8, b bool)")
    const at = new Date()
    const all = function* (): Generator<unknown[]> {
      for (let n = 0; n < rows; n++) yield [n, `row ${n}`, at, n * 0.5, n % 2 === 0]
    }
    return (await db.copyRows("sink", all())).rowCount
  },
  /** Rows inserted one by one under one Sync. */
  "execute-many": async (db, rows) => {
    await db.execute("create temporary table sink (n int, t text)")
    const all = function* (): Generator<unknown[]> {
      for (let n = 0; n < rows; n++) yield [n, `row ${n}`]
    }
    return (await db.executeMany("insert into sink values ($1, $2)", all())).rowCount
  },
  /** Megabytes through a large object and back. */
  "large-object": async (db, megabytes) => {
    const piece = Buffer.alloc(1_000_000, "x")
    const pieces = function* (): Generator<Uint8Array> {
      for (let n = 0; n < megabytes; n++) yield piece
    }
    const oid = await db.largeObjects.import(pieces())
    let bytes = 0
    for await (const chunk of db.largeObjects.export(oid)) bytes += chunk.length
    await db.largeObjects.unlink(oid)
    return Math.floor(bytes / 1e6)
  },
}

const [url, way, amount] = process.argv.slice(2)
const db = await connect(url!)
const started = performance.now()
const moved = await ways[way!]!(db, Number(amount))
const seconds = (performance.now() - started) / 1000
await db.close()
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
console.log(JSON.stringify({ way, moved, seconds, cpuSeconds, peakMegabytes: maxRSS / 1000 }))
