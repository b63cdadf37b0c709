/**
 * Many pools that were used once and lie idle since, in a process of its own: started by `pool.ts`, answers with one line
 * of JSON.
 */

import { type Connection, Pool, type PoolOptions } from "../src/index.ts"

/** What is to be done. */
export interface IdleJob {
  readonly url: string
  /** How many pools there are, with one connection each. */
  readonly pools: number
  readonly options: PoolOptions
  readonly measureMs: number
}

/** What came of it. */
export interface IdleAnswer {
  /** CPU time of the process in a second of idleness, in milliseconds. */
  readonly cpuMs: number
  /** How many timers were set, and how many of them kept the process alive. */
  readonly armed: number
  readonly referenced: number
  /** How many timers fired in the measured time. */
  readonly fired: number
}

/** After this the deadlines of the only use have passed. */
const SETTLE_MS = 31_000
/** How many pools are opened at a time. */
const AT_ONCE = 20

const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis
const armed = new Set<unknown>()
let fired = 0

/** Counts the timers that the library sets. */
function countTimers(): void {
  const set = (callback: () => void, delayMs?: number): NodeJS.Timeout => {
    const timer = setTimer(() => {
      armed.delete(timer)
      fired++
      callback()
    }, delayMs)
    armed.add(timer)
    return timer
  }
  globalThis.setTimeout = set as typeof setTimer
  globalThis.clearTimeout = (timer) => {
    armed.delete(timer)
    clearTimer(timer)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimer(resolve, ms))
const use = async (connection: Connection): Promise<unknown> => connection.query("select 1")

const { url, pools: count, options, measureMs } = JSON.parse(process.argv[2] ?? "") as IdleJob
countTimers()
const pools = Array.from({ length: count }, () => new Pool(url, options))
for (let i = 0; i < count; i += AT_ONCE) await Promise.all(pools.slice(i, i + AT_ONCE).map((pool) => pool.use(use)))
await pause(SETTLE_MS)
const before = fired
const cpu = process.cpuUsage()
await pause(measureMs)
const { user, system } = process.cpuUsage(cpu)
const answer: IdleAnswer = {
  cpuMs: (user + system) / measureMs,
  armed: armed.size,
  referenced: process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length,
  fired: fired - before,
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
await Promise.all(pools.map((pool) => pool.close()))
