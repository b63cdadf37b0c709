/**
 * How large should a pool be? A small simulation of callers, pools and a server with a few cores, and the chart of it in
 * the guide. Requests come at random; each takes a connection of its pod, holds it for its round trips and its work on
 * the server, and works there at full speed only while no more of them are active than there are cores. Past that, each
 * also pays for the others: locks, caches and switching cost a few percent per rival.
 *
 *   node docs/examples/pool-sizing.ts
 */

import { writeFileSync } from "node:fs"

/** What is held fixed for one curve. */
interface Scenario {
  readonly title: string
  readonly colour: string
  readonly pods: number
  /** From the client to the server and back. */
  readonly roundTripMs: number
  /** Round trips during which the connection is held. */
  readonly trips: number
}

const CORES = 8
/** Work on the server per request, when nobody disturbs. */
const WORK_MS = 4
/** Share of the server's capacity that is asked for. */
const LOAD = 0.75
/** What each rival beyond the cores costs every request, as a share of its work. */
const FRICTION = 0.003
const REQUESTS = 20_000
const TOTALS = [4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 100, 128, 160, 200]

const scenarios: readonly Scenario[] = [
  { title: "same rack, 1 pod", colour: "#1f77b4", pods: 1, roundTripMs: 0.3, trips: 2 },
  { title: "same rack, 4 pods", colour: "#2ca02c", pods: 4, roundTripMs: 0.3, trips: 2 },
  { title: "other zone (2 ms), 4 pods", colour: "#ff7f0e", pods: 4, roundTripMs: 2, trips: 4 },
  { title: "other region (20 ms), 4 pods", colour: "#d62728", pods: 4, roundTripMs: 20, trips: 4 },
]

/** The same numbers each time. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

interface Request {
  readonly arrived: number
  readonly pod: number
  /** Work still to be done on the server, in undisturbed milliseconds. */
  work: number
}

/** The 99th percentile of the time from arrival to answer, with so many connections altogether. */
function simulate({ pods, roundTripMs, trips }: Scenario, connections: number): number {
  const random = randomNumbers(20261120)
  const perPod = connections / pods
  const meanGap = WORK_MS / CORES / LOAD
  const queues: Request[][] = Array.from({ length: pods }, () => [])
  const held = new Array<number>(pods).fill(0)
  const travelling: { at: number; request: Request; toServer: boolean }[] = []
  const working = new Set<Request>()
  const times: number[] = []
  let now = 0
  let nextArrival = 0
  let arrivals = 0

  const take = (request: Request): void => {
    held[request.pod] = held[request.pod]! + 1
    // All round trips but the last half one are before the work: BEGIN, statements, COMMIT.
    travelling.push({ at: now + roundTripMs * (trips - 0.5), request, toServer: true })
  }

  while (times.length < REQUESTS) {
    const rivals = Math.max(0, working.size - CORES)
    const speed = working.size === 0 ? 0 : Math.min(1, CORES / working.size) / (1 + FRICTION * rivals)
    let leastWork = Number.POSITIVE_INFINITY
    for (const { work } of working) leastWork = Math.min(leastWork, work)
    const nextTravel = travelling.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY)
    const nextDone = speed > 0 ? now + leastWork / speed : Number.POSITIVE_INFINITY
    const next = Math.min(nextArrival, nextTravel, nextDone)
    for (const request of working) request.work -= (next - now) * speed
    now = next
    if (next === nextArrival) {
      const pod = Math.floor(random() * pods)
      const request = { arrived: now, pod, work: -WORK_MS * Math.log(random()) }
      if (held[pod]! < perPod) take(request)
      else queues[pod]!.push(request)
      nextArrival = ++arrivals > REQUESTS * 2 ? Number.POSITIVE_INFINITY : now - meanGap * Math.log(random())
    } else if (next === nextTravel) {
      const index = travelling.findIndex(({ at }) => at === next)
      const { request, toServer } = travelling.splice(index, 1)[0]!
      if (toServer) {
        working.add(request)
        continue
      }
      times.push(now - request.arrived)
      held[request.pod] = held[request.pod]! - 1
      const waiting = queues[request.pod]!.shift()
      if (waiting !== undefined) take(waiting)
    } else {
      for (const request of working) {
        if (request.work > 1e-9) continue
        working.delete(request)
        travelling.push({ at: now + roundTripMs / 2, request, toServer: false })
      }
    }
  }
  times.sort((a, b) => a - b)
  return times[Math.floor(times.length * 0.99)]!
}

const WIDTH = 760
const HEIGHT = 420
const LEFT = 60
const BOTTOM = 50
const TOP_MS = 1000
const LEAST_MS = 10

const x = (connections: number): number =>
  LEFT + (Math.log(connections / TOTALS[0]!) / Math.log(TOTALS.at(-1)! / TOTALS[0]!)) * (WIDTH - LEFT - 220)
const y = (ms: number): number =>
  HEIGHT - BOTTOM - (Math.log(Math.min(ms, TOP_MS) / LEAST_MS) / Math.log(TOP_MS / LEAST_MS)) * (HEIGHT - BOTTOM - 30)

function chart(curves: readonly { scenario: Scenario; points: readonly (readonly [number, number])[] }[]): string {
  const text = (at: number, height: number, words: string, more = ""): string =>
    `<text x="${at.toFixed(0)}" y="${height.toFixed(0)}" ${more}>${words}</text>`
  const grid = [10, 20, 50, 100, 200, 500, 1000].flatMap((ms) => [
    `<line x1="${LEFT}" x2="${WIDTH - 220}" y1="${y(ms).toFixed(1)}" y2="${y(ms).toFixed(1)}" stroke="#ddd"/>`,
    text(LEFT - 8, y(ms) + 4, `${ms} ms`, 'text-anchor="end"'),
  ])
  const ticks = [4, 8, 16, 32, 64, 128, 200].map((n) =>
    text(x(n), HEIGHT - BOTTOM + 18, String(n), 'text-anchor="middle"'),
  )
  const lines = curves.flatMap(({ scenario, points }, i) => [
    `<polyline fill="none" stroke="${scenario.colour}" stroke-width="2" points="${points.map(([n, ms]) => `${x(n).toFixed(1)},${y(ms).toFixed(1)}`).join(" ")}"/>`,
    `<line x1="${WIDTH - 210}" x2="${WIDTH - 190}" y1="${60 + i * 22}" y2="${60 + i * 22}" stroke="${scenario.colour}" stroke-width="3"/>`,
    text(WIDTH - 184, 64 + i * 22, scenario.title),
  ])
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${text(LEFT, 18, `p99 of a request by the number of connections altogether (${CORES} cores, ${WORK_MS} ms of work, ${LOAD * 100} % load)`, 'font-size="13"')}
${[...grid, ...ticks, ...lines].join("\n")}
${text((LEFT + WIDTH - 220) / 2, HEIGHT - 8, "connections, all pods together", 'text-anchor="middle"')}
</svg>
`
}

const curves = scenarios.map((scenario) => ({
  scenario,
  points: TOTALS.filter((n) => n % scenario.pods === 0).map((n) => [n, simulate(scenario, n)] as const),
}))

for (const { scenario, points } of curves) {
  const best = points.reduce((a, b) => (b[1] < a[1] * 0.97 ? b : a))
  process.stdout.write(
    `${scenario.title.padEnd(30)} enough with ${best[0]} connections: p99 ${best[1].toFixed(0)} ms\n`,
  )
  process.stdout.write(`  ${points.map(([n, ms]) => `${n}: ${ms.toFixed(0)}`).join(" · ")}\n`)
}
writeFileSync(new URL("../guide/pool-sizing.svg", import.meta.url), chart(curves))
