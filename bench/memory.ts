/**
 * Whether memory stays flat: ten million point selects on one connection, then a hundred thousand distinct texts. Prints
 * the heap after a collection and the peak of the process at each tenth of the way.
 *
 *   node --expose-gc bench/memory.ts [selects] [texts]
 */

import { connect } from "../src/index.ts"
import { startPostgres } from "../test/support/postgres-server.ts"
import { createTables, statements } from "./dataset.ts"

const IN_FLIGHT = 64
const [selects = 10_000_000, texts = 100_000] = process.argv.slice(2).map(Number)

await using server = await startPostgres({ version: 18 })
const address = {
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
}
await using db = await connect({ ...address, sslmode: "disable" })
for (const statement of createTables.split(";\n")) await db.execute(statement)

process.stdout.write(`${selects} point selects, ${IN_FLIGHT} in flight\n`)
await measure(selects, (i) => db.rows(statements.point.text, [(i % 1000) + 1]))
process.stdout.write(`${texts} distinct texts, ${IN_FLIGHT} in flight\n`)
await measure(texts, (i) => db.rows(`select ${i} as n, $1::int4 as m`, [i]))

/** Runs something so many times and prints the memory ten times on the way. */
async function measure(count: number, run: (i: number) => Promise<unknown>): Promise<void> {
  const step = Math.ceil(count / 10)
  for (let from = 0; from < count; from += step) {
    let next = from
    const end = Math.min(from + step, count)
    const worker = async (): Promise<void> => {
      while (next < end) await run(next++)
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
    globalThis.gc?.()
    const { heapUsed, rss, arrayBuffers } = process.memoryUsage()
    const megabytes = [heapUsed, arrayBuffers, rss].map((bytes) => (bytes / 2 ** 20).toFixed(1))
    process.stdout.write(
      `  ${String(end).padStart(9)}  heap ${megabytes[0]} MB, buffers ${megabytes[1]} MB, rss ${megabytes[2]} MB\n`,
    )
  }
}
