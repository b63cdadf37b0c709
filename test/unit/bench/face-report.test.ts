import { expect, it } from "vitest"
import type { TwinName } from "../../../bench/driver.ts"
import { formatFace } from "../../../bench/face-report.ts"
import type { Results } from "../../../bench/results.ts"

/** A run in which these took part, on a machine with these packages. */
function runOf(names: readonly TwinName[], drivers: Readonly<Record<string, string>>): Results {
  const measurement = { units: 100, seconds: 1, cpuMicros: 1000 }
  const runs = names.map((driver) => ({ workload: "w2", driver, round: 0, measurement }))
  // Nothing else of a run is read.
  const run = { catalogRows: 631, options: { suite: "face" }, environment: { node: "v26.0.0", drivers }, runs }
  return run as unknown as Results
}

const packages = { pgline: "0.1.0", pg: "8.0.0", "pg-copy-streams": "7.0.0", "pg-cursor": "2.0.0", postgres: "3.0.0" }

it("names the versions of what took part, and of nothing else", () => {
  const builders: TwinName[] = ["kysely-pg", "kysely-pgline", "drizzle-pg", "drizzle-pgline"]
  const text = formatFace(runOf(builders, { ...packages, kysely: "0.29.0", "drizzle-orm": "0.45.0" }), "")
  expect(text).toContain(", pgline 0.1.0, pg 8.0.0, kysely 0.29.0, drizzle-orm 0.45.0. ")
  expect(text).toContain("- `kysely-pgline` and")
  expect(text).not.toContain("- `pgline-pg` is")
})

it("says of a run that has not noted a version that it has not", () => {
  const text = formatFace(runOf(["pg", "pgline-pg", "kysely-pg", "kysely-pgline"], packages), "Notes")
  expect(text).toContain(", pg-cursor 2.0.0, kysely of a version that was not noted. ")
  expect(text).not.toContain("drizzle-orm")
  expect(text).toMatch(/\n\nNotes\n$/)
})

it("does not speak of query builders where none took part", () => {
  const text = formatFace(runOf(["pg", "pgline-pg"], packages), "")
  expect(text).toContain(", pgline 0.1.0, pg 8.0.0, pg-copy-streams 7.0.0, pg-cursor 2.0.0. ")
  expect(text).not.toContain("kysely")
})
