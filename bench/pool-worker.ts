/**
 * One pool doing one thing in a process of its own: started by `pool.ts`, answers with one line of JSON.
 */

import pg from "pg"
import postgres from "postgres"
import { Pool } from "../src/index.ts"

/** What is to be done. */
export interface PoolJob {
  readonly pool: "pgline" | "pg.Pool" | "postgres"
  readonly url: string
  readonly size: number
  readonly callers: number
  /** What the callers run; undefined to take a connection and give it back, by one caller. */
  readonly text: string | undefined
  readonly warmUpMs: number
  readonly measureMs: number
}

/** What came of it. */
export interface PoolAnswer {
  readonly perSecond: number
  readonly cpuMicros: number
  /** Milliseconds that a call took, the wait for a connection included. */
  readonly p50: number
  readonly p99: number
}

interface Contender {
  cycle(): Promise<void>
  query(text: string): Promise<unknown>
  close(): Promise<unknown>
}

function open({ pool, url, size }: PoolJob): Contender {
  switch (pool) {
    case "pgline": {
      const own = new Pool(url, { max: size })
      return {
        cycle: async () => (await own.acquire()).release(),
        query: (text) => own.query(text),
        close: () => own.close(),
      }
    }
    case "pg.Pool": {
      const own = new pg.Pool({ connectionString: url, max: size })
      return {
        cycle: async () => (await own.connect()).release(),
        query: (text) => own.query(text),
        close: () => own.end(),
      }
    }
    case "postgres": {
      const sql = postgres(url, { max: size, onnotice: () => {} })
      return {
        cycle: async () => (await sql.reserve()).release(),
        query: (text) => sql.unsafe(text, [], { prepare: true }),
        close: () => sql.end(),
      }
    }
    default:
      throw new Error(`no pool ${pool satisfies never}`)
  }
}

/** One caller, one cycle after the other. */
async function runCycles({ cycle }: Contender, untilMs: number): Promise<number> {
  let cycles = 0
  for (; performance.now() < untilMs; cycles += 100) for (let i = 0; i < 100; i++) await cycle()
  return cycles
}

/** All callers at once, each one call after the other; how long each took. */
async function runLoad({ query }: Contender, text: string, callers: number, untilMs: number): Promise<number[]> {
  const times: number[] = []
  const caller = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const before = performance.now()
      await query(text)
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return times
}

async function run(contender: Contender, { text, callers }: PoolJob, forMs: number): Promise<PoolAnswer> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const times = text === undefined ? [] : await runLoad(contender, text, callers, start + forMs)
  const count = text === undefined ? await runCycles(contender, start + forMs) : times.length
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0
  return { perSecond: count / seconds, cpuMicros: (user + system) / count, p50: at(0.5), p99: at(0.99) }
}

const job = JSON.parse(process.argv[2] ?? "") as PoolJob
const contender = open(job)
// As in any program, there are quick statements too: they show how near the server is.
for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: job.size }, () => contender.query("select 1")))
await run(contender, job, job.warmUpMs)
process.stdout.write(`${JSON.stringify(await run(contender, job, job.measureMs))}\n`)
await contender.close()
