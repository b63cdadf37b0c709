import { getEventListeners } from "node:events"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors, type Pipeline, type Queryable } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"

let db: Connection
let other: Connection

beforeAll(async () => {
  other = await connect(sharedServer.url)
  await other.execute("create schema pipelines; create table pipelines.t (n int primary key)")
})

beforeEach(async () => {
  db = await connect(sharedServer.url, { options: "-c search_path=pipelines" })
  await db.execute("truncate t")
  return async () => {
    expect(await within("still usable", db.value`select 1`)).toBe(1)
    expect(db.info.transactionStatus).toBe("idle")
    await within("close", db.close())
  }
})

afterAll(async () => {
  await other.execute("drop schema pipelines cascade")
  await other.close()
})

function seen(): Promise<number[]> {
  return other.rows<number>("select n from pipelines.t order by n", [], { rows: "scalar" })
}

const boom = new Error("boom")
const settled = (all: readonly Promise<unknown>[]): Promise<PromiseSettledResult<unknown>[]> => Promise.allSettled(all)

describe("pipeline(fn)", () => {
  it("gives each caller its own result, in any mixture of kinds", async () => {
    const values = await db.pipeline((p) =>
      Promise.all([
        p.value`select ${1}::int4`,
        p.query`insert into t values (1)`,
        p.one`select ${"x"}::text as x`,
        p.rows``,
      ]),
    )
    expect(values).toMatchObject([1, { rowCount: 1, command: "INSERT" }, { x: "x" }, []])
    expect(await seen()).toEqual([1])
  })

  it("gathers a list, rejects with its first error, and tells of a commit that has failed", async () => {
    expect(await db.pipeline((p) => [1, 2, 3].map((n) => p.value`select ${n}::int4`))).toEqual([1, 2, 3])
    expect(await db.pipeline(() => [])).toEqual([])
    const failing = db.pipeline((p) => [
      p.query`insert into t values (1)`,
      p.query`insert into t values (1)`,
      p.query`insert into t values (2)`,
    ])
    expect(await failureOf("a duplicate", failing)).toMatchObject({ code: "23505" })
    await db.execute("create temp table d (n int4 unique deferrable initially deferred)")
    const unconfirmed = db.pipeline((p) => [p.query`insert into d values (1)`, p.query`insert into d values (1)`])
    expect(await failureOf("the commit", unconfirmed)).toMatchObject({ code: "23505" })
    expect(await seen()).toEqual([])
  })

  it("that is over before its turn comes lets nothing that was asked for later get its answers", async () => {
    const statements = (p: Pipeline): Promise<unknown>[] => [p.value`select 1`, p.value`select 2`]
    for (const inTransaction of [false, true]) {
      const described = db.value(`select $1::timestamptz as "in transaction: ${inTransaction}"`, [new Date(0)])
      const piped = inTransaction ? db.transaction((tx) => tx.pipeline(statements)) : db.pipeline(statements)
      const behind = db.types.load("int4")
      expect(await within("the statement before", described)).toEqual(new Date(0))
      expect(await within("the pipeline", piped)).toEqual([1, 2])
      await within("what is behind", behind)
    }
  })

  it("is one implicit transaction: after an error nothing of it has happened, and the rest is refused", async () => {
    const all: Promise<unknown>[] = []
    await db.pipeline(async (p) => {
      for (const n of [1, 2, 1, 3]) all.push(p.query`insert into t values (${n})`)
      await settled(all)
    })
    const outcomes = await settled(all)
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"])
    expect(outcomes[2]).toMatchObject({ reason: { code: "23505" } })
    const refused = (outcomes[3] as PromiseRejectedResult).reason
    expect(refused).toBeInstanceOf(errors.PipelineAbortedError)
    expect(refused.cause).toMatchObject({ code: "23505" })
    expect(await seen()).toEqual([])
  })

  it("sync() ends the implicit transaction and begins another", async () => {
    const all: Promise<unknown>[] = []
    await db.pipeline(async (p) => {
      all.push(p.query`insert into t values (1)`)
      void p.sync()
      all.push(p.query`insert into t values (2)`, p.query`select 1/0`, p.query`insert into t values (3)`)
      void p.sync()
      all.push(p.query`insert into t values (4)`)
      await settled(all)
    })
    const outcomes = await settled(all)
    expect(outcomes.map(({ status }) => status[0])).toEqual(["f", "f", "r", "r", "f"])
    expect(await seen()).toEqual([1, 4])
  })

  it("may wait for a result in the middle", async () => {
    const value = await db.pipeline(async (p) => {
      const first = await within("first", p.value<number>`select 1`)
      const second = await within("second", p.value<number>`select ${first}::int4 + 1`)
      await within("sync", p.sync())
      return within("third", p.value<number>`select ${second}::int4 + 1`)
    })
    expect(value).toBe(3)
  })

  it("rejects when the commit itself fails, which no statement is to blame for", async () => {
    await other.execute("create table pipelines.late (n int unique deferrable initially deferred)")
    const all: Promise<unknown>[] = []
    const pipeline = db.pipeline(async (p) => {
      all.push(p.query`insert into late values (1)`, p.query`insert into late values (1)`)
      await settled(all)
    })
    await expect(pipeline).rejects.toBeInstanceOf(errors.UniqueViolation)
    expect((await settled(all)).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"])
    let sync: Promise<void> | undefined
    await db.pipeline(async (p) => {
      void p.query`insert into late values (1)`
      void p.query`insert into late values (1)`
      sync = p.sync()
      await expect(sync).rejects.toBeInstanceOf(errors.UniqueViolation)
    })
  })

  it("rejects with what the function throws", async () => {
    const pipeline = db.pipeline(async (p) => {
      await p.query`select 1`
      throw boom
    })
    await expect(pipeline).rejects.toBe(boom)
    await expect(db.pipeline(() => Promise.reject(boom))).rejects.toBe(boom)
  })

  it("has the connection to itself, refuses what cannot be piped, and what comes late", async () => {
    let kept: Pipeline | undefined
    await db.pipeline(async (p) => {
      kept = p
      await expect(db.query`select 1`).rejects.toThrow(/a pipeline is open on this connection/)
      await expect(db.transaction(() => 1)).rejects.toThrow(/a pipeline is open/)
      await expect(p.execute("select 1; select 2")).rejects.toBeInstanceOf(errors.UsageError)
      const streamed = async (): Promise<void> => {
        for await (const row of p.stream`select 1`) throw new Error(`a row: ${row}`)
      }
      await expect(streamed()).rejects.toBeInstanceOf(errors.UsageError)
    })
    await expect(kept?.query("select 1")).rejects.toThrow(/the pipeline has ended/)
  })

  it("lets close and cancel within it not wait for its end", async () => {
    const statement = await db.prepare("select 1")
    await within(
      "pipeline",
      db.pipeline(async (p) => {
        const sleep = p.query`select pg_sleep(60)`
        const sleeping = settled([sleep])
        await new Promise((resolve) => setTimeout(resolve, 20))
        await statement.close()
        await db.cancel()
        expect(await sleeping).toMatchObject([{ reason: { code: "57014" } }])
      }),
    )
    expect(await db.value`select count(*)::int4 from pg_prepared_statements where statement = 'select 1'`).toBe(0)
  })
})

describe("an abort in a pipeline", () => {
  it("fails only the statement that it is for, sent or not", async () => {
    const abort = new AbortController()
    const { signal } = abort
    const all: Promise<unknown>[] = []
    await db.pipeline(async (p) => {
      all.push(
        p.value`select 1`,
        p.query("select pg_sleep(0.05)", [], { signal }),
        p.value`select 2`,
        p.query("select pg_sleep(0.05)", [], { timeout: 10 }),
        p.query`insert into t values (1)`,
      )
      abort.abort(boom)
      all.push(p.query("insert into t values (2)", [], { signal }), p.value`select 3`)
      await settled(all)
    })
    const outcomes = await settled(all)
    expect(outcomes).toMatchObject([
      { value: 1 },
      { reason: boom },
      { value: 2 },
      { reason: { code: "PGLINE_TIMEOUT" } },
      { status: "fulfilled" },
      { reason: boom },
      { value: 3 },
    ])
    expect(await seen()).toEqual([1])
  })

  it("takes back what has not left", async () => {
    const abort = new AbortController()
    const before = db.query`select pg_sleep(0.05)`
    const all: Promise<unknown>[] = []
    // Behind a query with a signal, the pipeline waits for its turn.
    const held = db.query("select pg_sleep(0.05)", [], { signal: new AbortController().signal })
    await db.pipeline(async (p) => {
      all.push(p.query("insert into t values (1)", [], { signal: abort.signal }), p.query`insert into t values (2)`)
      abort.abort(boom)
      await settled(all)
    })
    expect(await settled(all)).toMatchObject([{ reason: boom }, { status: "fulfilled" }])
    await Promise.all([before, held])
    expect(await seen()).toEqual([2])
  })
})

describe("a statement whose types the server has to tell first", () => {
  const insert = (p: Queryable, values: unknown, signal?: AbortSignal): Promise<unknown> =>
    p.query("insert into t select unnest($1::int4[])", [values], { signal })

  it("is left out alone when a value does not fit", async () => {
    const outcomes = await db.pipeline((p) =>
      settled([p.query`insert into t values (1)`, insert(p, ["x"]), p.query`insert into t values (3)`]),
    )
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { reason: { code: "PGLINE_ENCODE", parameter: 1 } },
      { status: "fulfilled" },
    ])
    expect(await seen()).toEqual([1, 3])
    const failing = db.transaction((tx) => tx.pipeline((p) => [p.query`insert into t values (2)`, insert(p, ["x"])]))
    expect(await failureOf("in a transaction", failing)).toMatchObject({ code: "PGLINE_ENCODE" })
    expect(await seen()).toEqual([1, 3])
  })

  it("is not run when it is aborted meanwhile", async () => {
    const abort = new AbortController()
    const all: Promise<unknown>[] = []
    const pipeline = db.pipeline((p) => {
      all.push(insert(p, [1], abort.signal), p.query`insert into t values (2)`)
      return settled(all)
    })
    await Promise.resolve()
    abort.abort(boom)
    expect(await pipeline).toMatchObject([{ reason: boom }, { status: "fulfilled" }])
    expect(await seen()).toEqual([2])
  })
})

describe("a signal or a timeout for the pipeline", () => {
  it("covers types that are looked up behind the sync point, too", async () => {
    await other.execute("create database pipelines")
    const [own, locker] = await Promise.all([0, 0].map(() => connect(sharedServer.url, { database: "pipelines" })))
    try {
      await own!.execute("create type mood as enum ('sad', 'happy')")
      for await (const _ of own!.copyOut("copy (select 1, enum_last(null::mood)) to stdout")); // the server knows it, we do not
      await locker!.execute("begin; lock table pg_catalog.pg_type in access exclusive mode")
      const looking = own!.pipeline((p) => [p.value`select 1`, p.value("select enum_last(null::mood)")], {
        timeout: 300,
      })
      const error = await failureOf("the pipeline", looking)
      expect(error).toBeInstanceOf(errors.TimeoutError)
      await locker!.execute("rollback")
      expect(await within("still usable", own!.value("select enum_last(null::mood)"))).toBe("happy")
    } finally {
      await Promise.all([locker!.close(), own!.close()])
      await other.execute("drop database pipelines")
    }
  })

  it("leaves no timer and no listener behind where another scope has the connection", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
    const { signal } = new AbortController()
    await db.transaction(async () => {
      const before = timers()
      const refused = db.pipeline((p) => p.value`select 1`, { signal, timeout: 60_000 })
      expect(await failureOf("the pipeline", refused)).toBeInstanceOf(errors.UsageError)
      expect(timers()).toBe(before)
      expect(getEventListeners(signal, "abort")).toEqual([])
    })
  })

  it("cancels what runs and fails all the rest, whatever the function waits for", async () => {
    const abort = new AbortController()
    const all: Promise<unknown>[] = []
    const pipeline = db.pipeline(
      async (p) => {
        all.push(p.value`select 1`)
        await all[0]
        all.push(p.query`select pg_sleep(60)`, p.query`insert into t values (1)`)
        for (const one of all) one.catch(() => {})
        setTimeout(() => abort.abort(boom), 10)
        await new Promise((resolve) => setTimeout(resolve, 200))
        await p.query`insert into t values (2)`
      },
      { signal: abort.signal },
    )
    expect(await failureOf("pipeline", pipeline)).toBe(boom)
    expect(await settled(all)).toMatchObject([{ value: 1 }, { reason: boom }, { reason: boom }])
    expect(await within("next", db.value`select 3`)).toBe(3)
    expect(await seen()).toEqual([])
    const slow = db.pipeline((p) => p.query`select pg_sleep(60)`, { timeout: 20 })
    expect(await failureOf("slow", slow)).toBeInstanceOf(errors.TimeoutError)
    await expect(db.pipeline((p) => p.query`select 1`, { signal: AbortSignal.abort(boom) })).rejects.toBe(boom)
  })
})

describe("within a transaction", () => {
  it("is part of it: BEGIN rides in front, sync() commits nothing, an error fails it by name", async () => {
    const transaction = db.transaction(async (tx) => {
      await tx.pipeline(async (p) => {
        void p.query`insert into t values (1)`
        void p.sync()
        void p.query`insert into t values (2)`
      })
      await expect(tx.pipeline(() => tx.query`select 1`)).rejects.toThrow(/a pipeline is open/)
      expect(await seen()).toEqual([])
      await tx.transaction((inner) => inner.pipeline((p) => p.query`insert into t values (3)`))
      const bad = tx.pipeline((p) => p.query`select 1/0 as in_the_pipeline`)
      await expect(bad).rejects.toBeInstanceOf(errors.DivisionByZero)
      return tx.query`select 1`
    })
    const error = await failureOf("transaction", transaction)
    expect(error).toMatchObject({ code: "25P02", cause: { statement: "select 1/0 as in_the_pipeline" } })
    expect(await seen()).toEqual([])
    await db.transaction((tx) => tx.pipeline((p) => p.query`insert into t values (4)`))
    expect(await seen()).toEqual([4])
  })

  it("runs nothing, behind sync() neither, when the savepoint in front of it is refused", async () => {
    const tx = await db.begin()
    await expect(tx.query`select 1/0`).rejects.toBeInstanceOf(errors.DivisionByZero)
    let all: readonly Promise<unknown>[] = []
    const nested = tx.transaction((inner) =>
      inner.pipeline((p) => {
        all = [p.value`select 1`, p.sync(), p.query`insert into t values (1)`]
        return all
      }),
    )
    expect(await failureOf("the nested transaction", nested)).toMatchObject({ code: "25P02" })
    for (const { status } of await within("its calls", settled(all))) expect(status).toBe("rejected")
    await within("rollback", tx.rollback())
    expect(await seen()).toEqual([])
  })

  it("is stopped with it", async () => {
    const call = db.transaction(
      (tx) => tx.pipeline((p) => Promise.all([p.query`insert into t values (1)`, p.query`select pg_sleep(60)`])),
      { timeout: 30 },
    )
    expect(await failureOf("transaction", call)).toBeInstanceOf(errors.TimeoutError)
    expect(await seen()).toEqual([])
  })
})
