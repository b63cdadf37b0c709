import { describe, expect, it } from "vitest"
import { QueryPaces } from "../../../src/pool/query-pace.ts"

describe("which statements others may be sent behind", () => {
  it("none that has not been run", () => {
    const paces = new QueryPaces()
    expect(paces.isQuick(paces.of("select 1"))).toBe(false)
  })

  it("those that take little more than a round trip, however far the server is", () => {
    for (const roundTrip of [0.2, 80]) {
      const paces = new QueryPaces()
      const [quick, slow] = [paces.of("select 1"), paces.of("select pg_sleep(1)")]
      paces.learn(slow, roundTrip + 1000, true)
      paces.learn(quick, roundTrip, true)
      expect(paces.isQuick(quick)).toBe(true)
      expect(paces.isQuick(slow)).toBe(false)
    }
  })

  it("not one that has become slow, until it is quick again", () => {
    const paces = new QueryPaces()
    const pace = paces.of("select count(*) from t")
    paces.learn(pace, 1, true)
    for (let i = 0; i < 10; i++) paces.learn(pace, 50, true)
    expect(paces.isQuick(pace)).toBe(false)
    for (let i = 0; i < 10; i++) paces.learn(pace, 1, true)
    expect(paces.isQuick(pace)).toBe(true)
  })

  it("a slow first run is soon forgotten", () => {
    const paces = new QueryPaces()
    const pace = paces.of("select 1")
    paces.learn(pace, 30, true)
    paces.learn(paces.of("select 2"), 1, true)
    expect(paces.isQuick(pace)).toBe(false)
    for (let i = 0; i < 3; i++) paces.learn(pace, 1, true)
    expect(paces.isQuick(pace)).toBe(true)
  })

  it("what is measured among others can only make it slower", () => {
    const paces = new QueryPaces()
    const pace = paces.of("select 1")
    paces.learn(pace, 20, true)
    paces.learn(pace, 0.01, false)
    expect(pace.typicalMs).toBe(20)
    paces.learn(pace, 60, false)
    expect(pace.typicalMs).toBe(30)
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
    expect(paces.isQuick(pace)).toBe(false)
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

  it("remembers a bounded number of texts", () => {
    const paces = new QueryPaces()
    const first = paces.of("select 0")
    for (let i = 1; i < 5000; i++) paces.of(`select ${i}`)
    expect(paces.of("select 0")).not.toBe(first)
  })
})
