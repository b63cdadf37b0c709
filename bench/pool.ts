/**
 * The pools alone: what it costs to take a connection and give it back, and how long calls take when twenty callers
 * compete for each connection. Rounds are interleaved; the numbers are medians over the rounds.
 *
 *   node bench/pool.ts [rounds]
 */

import pg from "pg"
import postgres from "postgres"
import { Pool } from "../src/index.ts"
import { startPostgres } from "../test/support/postgres-server.ts"

const SIZE = 10
const CALLERS = 200
const CYCLES = 200_000
const OVERLOAD_MS = 2000

interface Contender {
  readonly name: string
  /** Takes a connection and gives it back; undefined where there is no such thing without a query. */
  cycle?(): Promise<void>
  query(text: string): Promise<unknown>
  close(): Promise<unknown>
}

const loads = [
  { title: "a statement of 2 ms", text: "select pg_sleep(0.002)" },
  { title: "a statement of 0.05 ms", text: "select 1" },
]

function contenders(url: string): Contender[] {
  const pgline = new Pool(url, { max: SIZE })
  const pgPool = new pg.Pool({ connectionString: url, max: SIZE })
  const sql = postgres(url, { max: SIZE, onnotice: () => {} })
  return [
    {
      name: "pgline",
      cycle: async () => (await pgline.acquire()).release(),
      query: (text) => pgline.query(text),
      close: () => pgline.close(),
    },
    {
      name: "pg.Pool",
      cycle: async () => (await pgPool.connect()).release(),
      query: (text) => pgPool.query(text),
      close: () => pgPool.end(),
    },
    {
      name: "postgres",
      cycle: async () => (await sql.reserve()).release(),
      query: (text) => sql.unsafe(text, [], { prepare: true }),
      close: () => sql.end(),
    },
  ]
}

/** Cycles a second of one caller. */
async function cyclesPerSecond(cycle: () => Promise<void>): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < CYCLES; i++) await cycle()
  return (CYCLES / (performance.now() - start)) * 1000
}

/** Calls a second, and how long each took, with all callers at once. */
async function overload(query: () => Promise<unknown>): Promise<{ perSecond: number; p50: number; p99: number }> {
  const times: number[] = []
  const start = performance.now()
  const caller = async (): Promise<void> => {
    while (performance.now() - start < OVERLOAD_MS) {
      const before = performance.now()
      await query()
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const seconds = (performance.now() - start) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const rounds = Number(process.argv[2] ?? 3)
await using server = await startPostgres({ version: 18 })
const results = new Map<string, number[]>()
const note = (key: string, value: number): void => void results.set(key, [...(results.get(key) ?? []), value])

for (let round = 0; round < rounds; round++) {
  for (const contender of contenders(server.url)) {
    for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: SIZE }, () => contender.query("select 1")))
    if (contender.cycle) note(`${contender.name} cycle`, await cyclesPerSecond(contender.cycle))
    for (const { title, text } of loads) {
      const { perSecond, p50, p99 } = await overload(() => contender.query(text))
      note(`${contender.name} ${title} rate`, perSecond)
      note(`${contender.name} ${title} p50`, p50)
      note(`${contender.name} ${title} p99`, p99)
    }
    await contender.close()
  }
}

const show = (key: string, digits: number): string =>
  median(results.get(key) ?? []).toLocaleString("en", { maximumFractionDigits: digits })
for (const name of ["pgline", "pg.Pool", "postgres"]) {
  console.info(`${name.padEnd(9)} acquire and release: ${show(`${name} cycle`, 0)}/s`)
  for (const { title } of loads) {
    const key = `${name} ${title}`
    console.info(
      `          ${CALLERS} callers, ${title}: ${show(`${key} rate`, 0)}/s, p50 ${show(`${key} p50`, 1)} ms, p99 ${show(`${key} p99`, 1)} ms`,
    )
  }
}
