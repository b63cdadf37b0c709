/**
 * Many callers on few connections while backends are killed at random and the server is restarted. Each call knows what
 * its answer has to be; each failure must have a disturbance that explains it.
 */

import { connect, errors, type Pool, type PooledConnection } from "../../../src/index.ts"
import type { PostgresServer } from "../../support/postgres-server.ts"

/** What became of a run. */
export interface ChaosReport {
  calls: number
  failures: number
  /** Failures without a disturbance during the call, or of a kind that a lost connection does not explain. */
  unexplained: unknown[]
  kills: number
  restarts: number
  /** Calls that were made and answered after the last disturbance. */
  callsAfterwards: number
  /** Inserts that were answered. */
  inserted: number[]
  /** Inserts that failed, and may be there or not. */
  uncertain: number[]
}

/** What may be done to the server. */
export interface ChaosOptions {
  readonly callers: number
  readonly durationMs: number
  readonly restarts: number
  readonly killEveryMs: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export class Chaos {
  readonly report: ChaosReport = {
    calls: 0,
    failures: 0,
    unexplained: [],
    kills: 0,
    restarts: 0,
    callsAfterwards: 0,
    inserted: [],
    uncertain: [],
  }
  readonly #pool: Pool
  readonly #server: PostgresServer
  readonly #options: ChaosOptions
  /** Counts disturbances; a call during which one begins, or that begins during one, may fail. */
  #disturbances = 0
  #isDisturbed = false
  #isOver = false
  #isCalm = false
  #nextId = 1

  constructor(pool: Pool, server: PostgresServer, options: ChaosOptions) {
    this.#pool = pool
    this.#server = server
    this.#options = options
  }

  async run(): Promise<ChaosReport> {
    const { callers, durationMs, restarts, killEveryMs } = this.#options
    const users = Array.from({ length: callers }, (_, n) => this.#caller(n))
    const end = performance.now() + durationMs
    const restartEvery = durationMs / (restarts + 1)
    let nextRestart = performance.now() + restartEvery
    while (performance.now() < end) {
      await pause(killEveryMs)
      if (performance.now() < nextRestart || this.report.restarts === restarts) await this.#kill()
      else {
        nextRestart += restartEvery
        await this.#restart()
      }
    }
    this.#isCalm = true
    await pause(500)
    this.#isOver = true
    await Promise.all(users)
    return this.report
  }

  async #kill(): Promise<void> {
    await using admin = await connect(this.#server.url)
    this.#begin()
    const pids = await admin.rows<number>(
      `select pid from pg_stat_activity, pg_terminate_backend(pid)
       where pid in (select pid from pg_stat_activity where application_name = 'chaos' order by random() limit 2)`,
      [],
      { rows: "scalar" },
    )
    this.report.kills += pids.length
    while ((await admin.value`select count(*)::int4 from pg_stat_activity where pid = any(${pids})`) !== 0)
      await pause(1)
    await pause(20) // until those who are hit have been told
    this.#isDisturbed = false
  }

  async #restart(): Promise<void> {
    this.#begin()
    await this.#server.restart(this.report.restarts % 2 === 0 ? "fast" : "immediate")
    this.report.restarts++
    this.#isDisturbed = false
  }

  #begin(): void {
    this.#isDisturbed = true
    this.#disturbances++
  }

  async #caller(n: number): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      const before = this.#disturbances
      const wasCalm = this.#isCalm
      const wasDisturbed = this.#isDisturbed
      try {
        await this.#call(n, i)
        this.report.calls++
        if (wasCalm) this.report.callsAfterwards++
      } catch (error) {
        this.report.failures++
        const isExplained = wasDisturbed || this.#disturbances !== before
        if (!isExplained || !isLoss(error)) this.report.unexplained.push(error)
      }
    }
  }

  async #call(n: number, i: number): Promise<void> {
    const pool = this.#pool
    switch ((n + i) % 5) {
      case 0:
      case 1:
        same(await pool.value("select $1::int4 * 2", [n]), n * 2)
        break
      case 2:
        await this.#insert((id) => pool.query`insert into chaos values (${id})`)
        break
      case 3:
        await this.#insert((id) =>
          pool.transaction(async (tx) => {
            await tx.query`insert into chaos values (${id})`
            same(await tx.value`select id from chaos where id = ${id}`, id)
          }),
        )
        break
      default:
        await pool.use((connection) => this.#together(connection, n))
    }
  }

  async #together(connection: PooledConnection, n: number): Promise<void> {
    const values = await Promise.allSettled([1, 2, 3].map((k) => connection.value("select $1::int4 + $2", [n, k])))
    for (const [k, value] of values.entries()) {
      if (value.status === "rejected") throw value.reason
      same(value.value, n + k + 1)
    }
  }

  async #insert(insert: (id: number) => Promise<unknown>): Promise<void> {
    const id = this.#nextId++
    try {
      await insert(id)
      this.report.inserted.push(id)
    } catch (error) {
      this.report.uncertain.push(id)
      throw error
    }
  }
}

function same(value: unknown, expected: unknown): void {
  if (value !== expected) throw new Error(`expected ${expected}, got ${value}: somebody else's answer`)
}

/** A connection that was lost, or whose server said that it goes; never a wait that took too long. */
function isLoss(error: unknown): boolean {
  if (error instanceof errors.ServerError) return error.code.startsWith("57P")
  return error instanceof errors.ConnectionError
}
