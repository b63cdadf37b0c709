/**
 * How soon a pool serves again after its server has been away: attempts to connect as they are made, one at a time and
 * with the pauses that `backoff.ts` promises, each seen on the wire by a proxy in front of the server.
 */

import { tracingChannel } from "node:diagnostics_channel"
import { afterEach, expect, it } from "vitest"
import { Pool } from "../../../src/index.ts"
import { pauseAfter } from "../../../src/pool/backoff.ts"
import { startBrokenProxy } from "../../support/broken-proxy.ts"
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"
import { until } from "./open-pool.ts"
import { afterTimersOf, TIMER_GRAIN_MS } from "./timers.ts"

/** One attempt to connect. */
interface Attempt {
  readonly startedAt: number
  endedAt: number
  outcome: "pending" | "opened" | "failed"
}

/** Every attempt of this process, in the order they are made. */
class Attempts {
  readonly all: Attempt[] = []
  onFailure: (attempt: Attempt) => void = () => {}
  readonly #channel = tracingChannel<object, object>("pgline:connect")
  readonly #byContext: Map<object, Attempt> = new Map()
  readonly #subscribers = {
    start: (context: object): void => {
      const attempt: Attempt = { startedAt: performance.now(), endedAt: Number.POSITIVE_INFINITY, outcome: "pending" }
      this.all.push(attempt)
      this.#byContext.set(context, attempt)
    },
    end: (): void => {},
    asyncStart: (): void => {},
    asyncEnd: (context: object): void => {
      const attempt = this.#byContext.get(context)
      if (attempt === undefined) return
      attempt.endedAt = performance.now()
      attempt.outcome = "error" in context ? "failed" : "opened"
      if (attempt.outcome === "failed") this.onFailure(attempt)
    },
    error: (): void => {},
  }

  constructor() {
    this.#channel.subscribe(this.#subscribers)
  }

  /** Those since the last one that has succeeded. */
  get inVain(): readonly Attempt[] {
    return this.all.slice(this.all.findLastIndex(({ outcome }) => outcome === "opened") + 1)
  }

  [Symbol.dispose](): void {
    this.#channel.unsubscribe(this.#subscribers)
  }
}

const CALLERS = 200
const MAX = 10

let isOver = false

afterEach(() => {
  isOver = true
})

it(`serves ${CALLERS} callers over ${MAX} connections with the first attempt after a restart, within the back-off`, async () => {
  await using server: PostgresServer = await startPostgres({ version: testVersion })
  await using proxy = await startBrokenProxy({ host: server.host, port: server.port })
  using attempts = new Attempts()
  await using pool = new Pool(proxy.urlFor(server.url), { max: MAX, acquireTimeout: 0, sslmode: "disable" })

  let downAt = Number.POSITIVE_INFINITY
  let upAt = Number.POSITIVE_INFINITY
  const servedBefore = new Set<number>()
  const servedAfter = new Set<number>()
  const refused: unknown[] = []
  const callers = Array.from({ length: CALLERS }, async (_, n) => {
    while (!isOver) {
      const begunAt = performance.now()
      try {
        const value =
          n % 4 === 0
            ? await pool.transaction((tx) => tx.value("select $1::int4", [n]))
            : await pool.value("select $1::int4", [n])
        expect(value).toBe(n)
        servedBefore.add(n)
        if (performance.now() >= upAt) servedAfter.add(n)
      } catch (error) {
        if (begunAt >= downAt) refused.push(error) // earlier ones may have lost their connection
      }
    }
  })
  await until(() => servedBefore.size === CALLERS && pool.stats().size === MAX)

  const late: number[] = []
  const bounds: Promise<void>[] = []
  attempts.onFailure = () => {
    const made = attempts.all.length
    const inARow = attempts.inVain.length
    const isLate = (): void => {
      if (attempts.all.length === made) late.push(inARow)
    }
    bounds.push(afterTimersOf(pauseAfter(inARow, 1)).then(isLate))
  }
  await server.halt("fast")
  await until(() => pool.stats().waiting === CALLERS)
  downAt = performance.now()
  await until(() => attempts.inVain.length > 5)
  expect(pool.stats()).toMatchObject({ waiting: CALLERS, busy: 0, idle: 0, refused: 0 })
  const inVain = [...attempts.inVain]
  await server.start()
  upAt = performance.now()

  await until(() => servedAfter.size === CALLERS)
  isOver = true
  await Promise.all(callers)
  await Promise.all(bounds)

  for (let i = 1; i < inVain.length; i++) {
    const pause = inVain[i]!.startedAt - inVain[i - 1]!.endedAt
    expect(pause, `after failure ${i}`).toBeGreaterThan(pauseAfter(i, 0) - TIMER_GRAIN_MS)
  }
  expect(late, "no pause is longer than the longest that there may be after so many failures").toEqual([])
  const since = attempts.all.filter(({ startedAt }) => startedAt >= upAt)
  expect(
    since.filter(({ outcome }) => outcome !== "opened"),
    "none fails that was made when the server was back",
  ).toEqual([])
  const opened = attempts.all.filter(({ outcome }) => outcome === "opened")
  expect(opened, "no more are opened than there may be").toHaveLength(2 * MAX)
  expect(proxy.connections, "an attempt is one connection on the wire").toHaveLength(attempts.all.length)
  expect(refused).toEqual([])
  const { lost, returnedBad, unfit, ...stats } = pool.stats()
  expect(stats).toMatchObject({ waiting: 0, refused: 0, lastError: undefined })
  // One whose reset was under way comes back bad before it is lost.
  expect(lost + returnedBad + unfit, "each is counted once").toBe(MAX)
}, 120_000)
