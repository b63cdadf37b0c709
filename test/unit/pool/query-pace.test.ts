import { describe, expect, it } from "vitest"
import { QueryPaces } from "../../../src/pool/query-pace.ts"

/** Paces of a server so far away. */
function pacesAt(roundTripMs: number): QueryPaces {
  const paces = new QueryPaces()
  paces.onOpened(roundTripMs * 4)
  paces.learn(paces.of("select 'near'"), roundTripMs, true)
  return paces
}

function repeat(times: number, call: () => void): void {
  for (let i = 0; i < times; i++) call()
}

describe("how many may be under way when a statement joins them", () => {
  it("none but itself before it has been run, however slow the first one of all is", () => {
    const paces = new QueryPaces()
    const slow = paces.of("select pg_sleep(1)")
    expect(paces.depthOf(slow, false)).toBe(1)
    paces.onOpened(8)
    paces.learn(slow, 1000, true)
    expect(paces.depthOf(slow, false)).toBe(1)
  })

  it.each([
    // On a near server as many as take two milliseconds, but no more than three; in a crowd one behind slower ones too.
    { roundTripMs: 0.1, costMs: 0.02, depth: 3, inCrowd: 3 },
    { roundTripMs: 0.1, costMs: 0.1, depth: 3, inCrowd: 3 },
    { roundTripMs: 0.1, costMs: 0.5, depth: 3, inCrowd: 3 },
    { roundTripMs: 0.1, costMs: 1.5, depth: 2, inCrowd: 2 },
    { roundTripMs: 0.1, costMs: 3.5, depth: 2, inCrowd: 2 },
    { roundTripMs: 0.1, costMs: 4.5, depth: 1, inCrowd: 2 },
    { roundTripMs: 0.1, costMs: 19, depth: 1, inCrowd: 2 },
    { roundTripMs: 0.1, costMs: 21, depth: 1, inCrowd: 1 },
    { roundTripMs: 0.1, costMs: 500, depth: 1, inCrowd: 1 },
    // On one that is less near as many as take two milliseconds.
    { roundTripMs: 1, costMs: 0.02, depth: 101, inCrowd: 101 },
    { roundTripMs: 1, costMs: 0.1, depth: 21, inCrowd: 21 },
    { roundTripMs: 1, costMs: 0.5, depth: 5, inCrowd: 5 },
    { roundTripMs: 1, costMs: 1.5, depth: 2, inCrowd: 2 },
    { roundTripMs: 1, costMs: 3.5, depth: 2, inCrowd: 2 },
    { roundTripMs: 1, costMs: 4.5, depth: 1, inCrowd: 2 },
    { roundTripMs: 1, costMs: 19, depth: 1, inCrowd: 2 },
    { roundTripMs: 1, costMs: 500, depth: 1, inCrowd: 1 },
    // On a distant one as many as take a round trip.
    { roundTripMs: 80, costMs: 4, depth: 21, inCrowd: 21 },
    { roundTripMs: 80, costMs: 500, depth: 1, inCrowd: 1 },
  ])("$depth, $inCrowd in a crowd, where a round trip takes $roundTripMs ms and they $costMs ms", (row) => {
    const paces = pacesAt(row.roundTripMs)
    const pace = paces.of("select slow()")
    repeat(60, () => paces.learn(pace, row.roundTripMs + row.costMs, true))
    const tolerance = row.depth < 5 ? 0 : row.depth / 4
    expect(Math.abs(paces.depthOf(pace, false) - row.depth)).toBeLessThanOrEqual(tolerance)
    expect(Math.abs(paces.depthOf(pace, true) - row.inCrowd)).toBeLessThanOrEqual(tolerance)
  })

  it("none but itself when there are slow ones alone, however often they are run", () => {
    const paces = new QueryPaces()
    const slow = paces.of("select pg_sleep(0.01)")
    repeat(10, () => paces.onOpened(4))
    repeat(100_000, () => paces.learn(slow, 10, true))
    expect(paces.depthOf(slow, false)).toBe(1)
    expect(paces.depthOf(slow, true), "but one behind it in a crowd").toBe(2)
  })

  it("more again when new connections lead farther away", () => {
    const paces = pacesAt(0.1)
    const pace = paces.of("select 1")
    repeat(30, () => paces.learn(pace, 0.2, true))
    expect(paces.depthOf(pace, false)).toBe(3)
    repeat(10, () => paces.onOpened(400))
    repeat(30, () => paces.learn(pace, 80, true))
    expect(paces.depthOf(pace, false)).toBeGreaterThan(15)
  })

  it("fewer when it has become slow, more when it is quick again", () => {
    const paces = pacesAt(1)
    const pace = paces.of("select count(*) from t")
    repeat(10, () => paces.learn(pace, 1.1, true))
    expect(paces.depthOf(pace, false)).toBeGreaterThan(10)
    repeat(10, () => paces.learn(pace, 50, true))
    expect(paces.depthOf(pace, false)).toBe(1)
    repeat(15, () => paces.learn(pace, 1.1, true))
    expect(paces.depthOf(pace, false)).toBeGreaterThan(10)
  })

  it("by the average of what was measured among others, for answers come in bursts", () => {
    const paces = pacesAt(1)
    const pace = paces.of("select 1")
    for (let burst = 0; burst < 50; burst++) {
      paces.learn(pace, 1, false)
      repeat(19, () => paces.learn(pace, 0, false))
    }
    expect(paces.depthOf(pace, false)).toBeGreaterThan(20)
    repeat(200, () => paces.learn(pace, 5, false))
    expect(paces.depthOf(pace, false)).toBe(1)
  })

  it.each([
    "begin",
    "set search_path = a",
    "  /* a /* comment */ listen x",
    "create temp table t ()",
    "discard all",
    "prepare p as select 1",
    "call p()",
    "do $$ begin end $$",
    "select set_config('a.b', 'c', false)",
    "select pg_advisory_lock(1)",
    "select pg_try_advisory_lock_shared(1)",
    "select 1 as a into temp t",
    "",
  ])("never one that may change the session: %s", (text) => {
    const paces = new QueryPaces()
    const pace = paces.of(text)
    paces.learn(pace, 0.1, true)
    expect(pace.isPlain).toBe(false)
    expect(paces.depthOf(pace, false)).toBe(1)
    expect(paces.depthOf(pace, true)).toBe(1)
  })

  it.each([
    "select 1",
    "\n-- a comment\nWITH a as (select 1) select * from a",
    "/* one */ /* two */ insert into t values (1)",
    "update settings set a = 1",
    "delete from t",
    "merge into t using s on true when matched then delete",
    "values (1)",
    "table t",
    "select pg_advisory_xact_lock(1)",
  ])("any other: %s", (text) => {
    expect(new QueryPaces().of(text).isPlain).toBe(true)
  })

  it.each(["select 'LONG'", "/*LONG*/ select 1"])("nor one that is too long to be remembered: %s", (short) => {
    const text = short.replace("LONG", "x".repeat(20_000_000))
    const paces = new QueryPaces()
    const pace = paces.of(text)
    paces.learn(pace, 0.1, true)
    expect(paces.depthOf(pace, true)).toBe(1)
    expect(paces.of(text)).not.toBe(pace)
  })

  it("remembers a bounded number of texts", () => {
    const paces = new QueryPaces()
    const first = paces.of("select 0")
    for (let i = 1; i < 5000; i++) paces.of(`select ${i}`)
    expect(paces.of("select 0")).not.toBe(first)
  })
})
