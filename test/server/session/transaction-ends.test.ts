import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors, Pool, type Transaction } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"

let db: Connection
let other: Connection

beforeAll(async () => {
  other = await connect(sharedServer.url)
  await other.execute("create schema ends; create table ends.t (n int primary key, v int default 0)")
})

beforeEach(async () => {
  db = await connect(sharedServer.url, { options: "-c search_path=ends" })
  await db.execute("truncate t")
  return async () => {
    expect(db.info.transactionStatus).toBe("idle")
    await within("close", db.close())
  }
})

afterAll(async () => {
  await other.execute("drop schema ends cascade")
  await other.close()
})

/** What others see. */
function seen(): Promise<number[]> {
  return other.rows<number>("select n from ends.t order by n", [], { rows: "scalar" })
}

const boom = new Error("boom")

describe("a signal or a timeout for the whole transaction", () => {
  it("cancels what runs, refuses the rest, rolls back and rejects with the reason", async () => {
    const abort = new AbortController()
    const outcomes: Promise<unknown>[] = []
    const error = await failureOf(
      "transaction",
      db.transaction(
        async (tx) => {
          await tx.query`insert into t values (1)`
          outcomes.push(tx.query`select pg_sleep(60)`, tx.query`insert into t values (2)`)
          setTimeout(() => abort.abort(boom), 20)
          await Promise.all(outcomes)
        },
        { signal: abort.signal },
      ),
    )
    expect(error).toBe(boom)
    for (const outcome of outcomes) expect(await failureOf("statement", outcome)).toBe(boom)
    expect(await seen()).toEqual([])
    expect(await db.value`select 1`).toBe(1)
  })

  it("does not wait for a function that does something else, nested or not", async () => {
    let late: Promise<unknown> = Promise.resolve()
    const transaction = db.transaction(
      async (tx) => {
        await tx.query`insert into t values (1)`
        await tx.transaction(async (inner) => {
          await inner.query`insert into t values (2)`
          await new Promise((resolve) => setTimeout(resolve, 1500))
          late = failureOf("late", inner.query`insert into t values (3)`)
          await late
        })
      },
      { timeout: 1000 },
    )
    const error = await failureOf("transaction", transaction)
    expect(error).toBeInstanceOf(errors.TimeoutError)
    expect(error.message).toMatch(/the transaction took longer than 1000 ms and was rolled back/)
    expect(await db.value`select 1`).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(await late).toBe(error)
    expect(await seen()).toEqual([])
  })

  it("stops one before it begins, in its first statement, and between two attempts", async () => {
    const reason = new Error("before")
    await expect(db.transaction(() => 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(db.begin({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)

    const first = db.transaction((tx) => tx.query`select pg_sleep(60)`, { timeout: 20 })
    await expect(first).rejects.toBeInstanceOf(errors.TimeoutError)
    expect(db.info.transactionStatus).toBe("idle")

    const abort = new AbortController()
    const conflict = Object.assign(new Error("conflict"), {
      cause: await failureOf("raise", db.execute("do $$ begin raise sqlstate '40001'; end $$")),
    })
    let runs = 0
    const paused = db.transaction(
      () => {
        if (++runs === 3) abort.abort(boom)
        throw conflict
      },
      { retry: 1000, signal: abort.signal },
    )
    await expect(paused).rejects.toBe(boom)
    expect(runs).toBe(3)
  })

  it("ends one that was begun", async () => {
    const abort = new AbortController()
    await using tx = await db.begin({ signal: abort.signal })
    await tx.query`insert into t values (1)`
    const sleep = tx.query`select pg_sleep(60)`
    abort.abort(boom)
    await expect(sleep).rejects.toBe(boom)
    await expect(tx.query`select 1`).rejects.toBe(boom)
    await expect(tx.commit()).rejects.toBe(boom)
    await tx[Symbol.asyncDispose]()
    expect(await seen()).toEqual([])
  })

  it("during COMMIT: the outcome is the server's, not a guess", async () => {
    await other.execute(`
      create table ends.slow (n int);
      create function ends.take_long() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
      create constraint trigger late after insert on ends.slow deferrable initially deferred
        for each row execute function ends.take_long()`)
    const error = await failureOf(
      "commit",
      db.transaction((tx) => tx.query`insert into slow values (1)`, { timeout: 50 }),
    )
    expect(error).toBeInstanceOf(errors.TimeoutError)
    expect(await other.value("select count(*)::int4 from ends.slow")).toBe(0)
    await using bounded = await connect(sharedServer.url, { queryTimeout: 50 })
    const second = await failureOf(
      "commit",
      bounded.transaction((tx) => tx.query`insert into ends.slow values (1)`),
    )
    expect(second).toBeInstanceOf(errors.TimeoutError)
    expect(bounded.info.transactionStatus).toBe("idle")
  })

  it("leaves nothing behind when it is not needed", async () => {
    const abort = new AbortController()
    await db.transaction((tx) => tx.query`select 1`, { signal: abort.signal, timeout: 60_000 })
    const tx = await db.begin({ signal: abort.signal, timeout: 60_000 })
    await tx.rollback()
    abort.abort()
    expect(await db.value`select 1`).toBe(1)
  })

  it("counts the wait for a connection of a pool", async () => {
    await using pool = new Pool(sharedServer.url, { max: 1 })
    await using held = await pool.acquire()
    const abort = new AbortController()
    const waiting = pool.transaction(() => 1, { signal: abort.signal })
    await expect(pool.transaction(() => 1, { timeout: 20 })).rejects.toBeInstanceOf(errors.TimeoutError)
    abort.abort(boom)
    await expect(waiting).rejects.toBe(boom)
    held.release()
    expect(await pool.transaction((tx) => tx.value`select 1`, { timeout: 10_000 })).toBe(1)
  })
})

describe("the first statement", () => {
  it("that is aborted leaves no transaction behind", async () => {
    const abort = new AbortController()
    const transaction = db.transaction((tx) => {
      const sleep = tx.query("select pg_sleep(60)", [], { signal: abort.signal })
      setTimeout(() => abort.abort(boom), 20)
      return sleep
    })
    await expect(transaction).rejects.toBe(boom)
    expect(db.info.transactionStatus).toBe("idle")
    await db.query`insert into t values (1)`
    expect(await seen()).toEqual([1])
  })

  it("that cannot be sent leaves the next one to be the first", async () => {
    await db
      .transaction(async (tx) => {
        await expect(tx.query("select $1::int4", ["x", "y"])).rejects.toThrow()
        await expect(tx.query("select $1::bytea", [Symbol("no") as never])).rejects.toThrow()
      })
      .catch(() => {})
    await db.transaction(async (tx) => {
      await expect(tx.query("select \0")).rejects.toThrow()
      await tx.query`insert into t values (1)`
    })
    expect(await seen()).toEqual([1])
  })

  it("waits may be aborted while it runs, and leave at once", async () => {
    const abort = new AbortController()
    await db.transaction(async (tx) => {
      const first = tx.query`select pg_sleep(0.1)`
      let isFirstOver = false
      void first.then(() => {
        isFirstOver = true
      })
      const second = tx.query("insert into t values (1)", [], { signal: abort.signal })
      abort.abort(boom)
      await expect(second).rejects.toBe(boom)
      expect(isFirstOver).toBe(false)
      await first
    })
    expect(await seen()).toEqual([])
  })
})

describe("what its function leaves open", () => {
  const never = (): Promise<never> => new Promise(() => {})
  const leftOpen: Record<string, (tx: Transaction) => unknown> = {
    "a nested transaction": (tx) => tx.transaction(never),
    "a pipeline": (tx) => tx.pipeline(never),
    "a COPY that is written": (tx) => tx.copyIn("copy t from stdin"),
    "a COPY that is read": (tx) =>
      tx.copyOut("copy (select generate_series(1, 100000)) to stdout")[Symbol.asyncIterator]().next(),
    "a source that does not end": (tx) => tx.executeMany("insert into t values ($1)", endless()),
  }

  async function* endless(): AsyncGenerator<unknown[]> {
    yield [7]
    await never()
  }

  /** Does something in the transaction and begins what nobody will end. */
  async function leave(tx: Transaction, open: (tx: Transaction) => unknown): Promise<void> {
    await tx.query`insert into t values (1)`
    const left = open(tx)
    if (left instanceof Promise) left.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
  }

  it.each(Object.entries(leftOpen))("%s is rolled back with it, and the connection is free", async (_name, open) => {
    const thrown = db.transaction(async (tx) => {
      await leave(tx, open)
      throw boom
    })
    expect(await failureOf("transaction that throws", thrown)).toBe(boom)
    expect(await db.value`select 1`).toBe(1)
    const ended = db.transaction((tx) => leave(tx, open))
    expect(await failureOf("transaction that returns", ended)).toBeInstanceOf(errors.UsageError)
    expect(await db.value`select 2`).toBe(2)
    const block = async (): Promise<void> => {
      await using tx = await db.begin({ signal: AbortSignal.timeout(60_000) })
      await leave(tx, open)
    }
    await within("block", block())
    expect(await db.value`select 3`).toBe(3)
    const inner = db.transaction(async (tx) => {
      const nested = tx.transaction(async (deeper) => {
        await leave(deeper, open)
        throw boom
      })
      expect(await failureOf("nested", nested)).toBe(boom)
      await tx.query`insert into t values (2)`
    })
    await within("outer", inner)
    expect(await seen()).toEqual([2])
  })

  it("is told so, and runs nothing outside of it", async () => {
    const left: Promise<Error>[] = []
    const transaction = db.transaction(async (tx) => {
      await tx.query`insert into t values (1)`
      // The second one waits for the savepoint, which is not confirmed when the transaction ends.
      const nested = tx.transaction(async (inner) => {
        await Promise.allSettled([inner.query`insert into t values (2)`, inner.query`insert into t values (3)`])
      })
      const another = tx.transaction((inner) => inner.query`insert into t values (4)`)
      left.push(failureOf("nested", nested), failureOf("another", another))
      await another
    })
    expect(await failureOf("transaction", transaction)).toBeInstanceOf(errors.UsageError)
    for (const failure of left) expect(await failure).toBeInstanceOf(errors.UsageError)
    expect(await db.value`select 1`).toBe(1)
    expect(await seen()).toEqual([])
  })
})

describe("two-phase commit", () => {
  it("waits on the server until somebody decides", async () => {
    const gid = "ends '\\ 1"
    const tx = await db.begin()
    await tx.query`insert into t values (1)`
    await tx.prepare(gid)
    expect(tx.isOpen).toBe(false)
    expect(db.info.transactionStatus).toBe("idle")
    const [waiting] = (await db.preparedTransactions()).filter((prepared) => prepared.gid === gid)
    expect(waiting).toMatchObject({ gid, owner: sharedServer.user, database: sharedServer.database })
    expect(waiting?.prepared).toBeInstanceOf(Date)
    expect(await seen()).toEqual([])
    await other.commitPrepared(gid)
    expect(await seen()).toEqual([1])

    await db.transaction(async (second) => {
      await second.query`insert into t values (2)`
      await second.prepare(gid)
    })
    await other.rollbackPrepared(gid)
    expect(await seen()).toEqual([1])
    await expect(db.commitPrepared(gid)).rejects.toMatchObject({ code: "42704" })
  })

  it("gives the dates of prepared transactions as Dates on every connection", async () => {
    await using strings = await connect(sharedServer.url, { types: { timestamptz: "string" } })
    const tx = await strings.begin()
    await tx.prepare("ends dates")
    const [waiting] = await strings.preparedTransactions()
    expect(waiting?.prepared).toBeInstanceOf(Date)
    await strings.rollbackPrepared("ends dates")
  })

  it("a gid that the server would refuse or cut off is refused before anything is sent", async () => {
    const tx = await db.begin()
    await tx.query`insert into t values (1)`
    for (const gid of ["", "a\0b", "x".repeat(200), "é".repeat(100), 7 as never]) {
      await expect(tx.prepare(gid)).rejects.toThrow(/gid|literal/)
      await expect(db.commitPrepared(gid)).rejects.toThrow(/gid|literal/)
    }
    expect(tx.isOpen).toBe(true)
    await tx.prepare("x".repeat(199))
    await db.rollbackPrepared("x".repeat(199))
  })

  it("of a failed transaction, or under a name that is taken, is an error and nothing is left open", async () => {
    const failed = await db.begin()
    await failureOf("bad", failed.query`select 1/0`)
    const error = await failureOf("prepare", failed.prepare("ends failed"))
    expect(error).toBeInstanceOf(errors.CommitFailedError)
    expect(error.cause).toMatchObject({ code: "22012" })
    const first = await db.begin()
    await first.prepare("ends twice")
    const second = await db.begin()
    await second.query`insert into t values (1)`
    await expect(second.prepare("ends twice")).rejects.toMatchObject({ code: "42710" })
    expect(db.info.transactionStatus).toBe("idle")
    await db.rollbackPrepared("ends twice")
    expect(await seen()).toEqual([])
  })
})

describe("behind a pooler", () => {
  it("everything works without names", async () => {
    await using pooled = await connect(sharedServer.url, { pooler: true, options: "-c search_path=ends" })
    await pooled.transaction(async (tx) => {
      await tx.query`insert into t values (${1})`
      await tx.transaction((inner) => inner.query`insert into t values (${2})`)
    })
    const prepared = await pooled.prepare("select $1::int4 + 1")
    expect(await prepared.value([1])).toBe(2)
    expect(await pooled.value("select count(*)::int4 from pg_prepared_statements")).toBe(0)
    expect(await seen()).toEqual([1, 2])
  })
})
