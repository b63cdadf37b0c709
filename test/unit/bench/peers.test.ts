import { expect, it } from "vitest"
import { type Line, linesOf } from "../../../bench/comparison.ts"
import type { DriverName, WorkloadName } from "../../../bench/driver.ts"
import { describePeers } from "../../../bench/peers.ts"
import type { Results } from "../../../bench/results.ts"

/** A run in which a driver did so many units in a second, each at so many microseconds. */
type Figures = readonly [workload: WorkloadName, driver: DriverName, speed: number, cpu: number]

function linesFrom(figures: readonly Figures[]): Line[] {
  const runs = figures.map(([workload, driver, units, cpu]) => ({
    workload,
    driver,
    round: 0,
    measurement: { units, seconds: 1, cpuMicros: units * cpu },
  }))
  // Nothing else of a run is read.
  return linesOf({ catalogRows: 631, options: {}, runs } as unknown as Results)
}

it("holds pgline under Bun against Bun's SQL, and pgline under Node against all of them", () => {
  const text = describePeers(
    linesFrom([
      ["w1", "pgline", 100, 4],
      ["w1", "pgline-bun", 150, 3],
      ["w1", "bun-sql", 200, 2],
      ["w1", "asyncpg", 50, 8],
      ["w2", "pgline", 97, 2],
      ["w2", "asyncpg", 100, 2],
    ]),
    {},
  )
  expect(text).toContain("| | Bun's SQL, both under Bun | Bun's SQL, pgline under Node | asyncpg |")
  expect(text).toContain("| `select 1`, one by one | 0.75× · 1.50× | 0.50× · 2.00× | 2.00× · 0.50× |")
  expect(text).toContain("| point select, 5 columns, one by one | n/a | n/a | 0.97× · 1.00× |")
  expect(text).toContain("**asyncpg**: level or faster in 2 of 2 workloads, level or cheaper in client CPU in 2 of 2.")
  expect(text).toContain("Slower: `select 1`, one by one (0.50×).")
  expect(text).not.toContain("pgx**")
})

it("says who was left out, and why", () => {
  const lines = linesFrom([["w1", "pgline", 100, 4]])
  expect(describePeers(lines, { "bun-sql": "there is no bun" })).toBe("- `bun-sql` is left out: there is no bun.")
  expect(describePeers(lines, {})).toBe("None of them took part in this run.")
})

it("takes no driver of another runtime for a rival", () => {
  const lines = linesFrom([
    ["w1", "pgline", 100, 4],
    ["w1", "pg", 80, 8],
    ["w1", "bun-sql", 200, 2],
    ["w8r", "pgline", 100, 1],
    ["w8r", "pgline-bun", 300, 1],
    ["w8b", "pgline", 95, 1],
  ])
  const ratios = lines.map(({ workload, speedRatio }) => [workload.name, speedRatio])
  expect(ratios).toContainEqual(["w1", 1.25])
  expect(ratios).toContainEqual(["w8b", 0.95])
})
