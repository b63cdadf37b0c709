import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"

let db: Connection
let other: Connection

beforeAll(async () => {
  other = await connect(sharedServer.url)
  await other.execute("create schema transactions; create table transactions.t (n int primary key, v int default 0)")
})

beforeEach(async () => {
  db = await connect(sharedServer.url, { options: "-c search_path=transactions" })
  await db.execute("truncate t")
  return async () => {
    expect(db.info.transactionStatus).toBe("idle")
    await within("close", db.close())
  }
})

afterAll(async () => {
  await other.execute("drop schema transactions cascade")
  await other.close()
})

/** What others see. */
function seen(): Promise<number[]> {
  return other.rows<number>("select n from transactions.t order by n", [], { rows: "scalar" })
}

const boom = new Error("boom")

describe("transaction(fn)", () => {
  it("commits what the function did and gives its value", async () => {
    const value = await db.transaction(async (tx) => {
      await tx.query`insert into t values (1)`
      expect(await seen()).toEqual([])
      return tx.value<number>`select count(*)::int4 from t`
    })
    expect(value).toBe(1)
    expect(await seen()).toEqual([1])
  })

  it("rolls back when the function throws, later or at once, and throws the same", async () => {
    const late = db.transaction(async (tx) => {
      await tx.query`insert into t values (1)`
      throw boom
    })
    await expect(late).rejects.toBe(boom)
    const atOnce = db.transaction(() => {
      throw boom
    })
    await expect(atOnce).rejects.toBe(boom)
    expect(await seen()).toEqual([])
  })

  it("sends BEGIN in front of the first statement, and nothing at all without one", async () => {
    expect(await db.transaction(() => 7)).toBe(7)
    expect(db.info.transactionStatus).toBe("idle")
    await db.transaction(async (tx) => {
      const first = tx.value("select 1")
      expect(db.info.transactionStatus).toBe("idle")
      expect(await first).toBe(1)
      expect(db.info.transactionStatus).toBe("transaction")
    })
  })

  it.each([
    [{ isolation: "serializable" }, "serializable", "off", "off"],
    [{ isolation: "repeatable read", readOnly: true }, "repeatable read", "on", "off"],
    [{ isolation: "serializable", readOnly: true, deferrable: true }, "serializable", "on", "on"],
    [{ readOnly: false, deferrable: false }, "read committed", "off", "off"],
  ] as const)("%o is what the server says of it", async (options, isolation, readOnly, deferrable) => {
    const settings = await db.transaction(
      (tx) =>
        tx.one`select current_setting('transaction_isolation') i, current_setting('transaction_read_only') r,
                      current_setting('transaction_deferrable') d`,
      options,
    )
    expect(settings).toEqual({ i: isolation, r: readOnly, d: deferrable })
  })

  it("forceRollback undoes what has succeeded, and cannot be committed by hand", async () => {
    const value = await db.transaction((tx) => tx.value`insert into t values (1) returning n`, { forceRollback: true })
    expect(value).toBe(1)
    const commit = db.transaction((tx) => tx.commit(), { forceRollback: true })
    await expect(commit).rejects.toThrow(/forceRollback/)
    expect(await seen()).toEqual([])
  })

  it("takes statements in the order they were made, scripts among them, before and behind BEGIN", async () => {
    await db.transaction(async (tx) => {
      const all = [
        tx.execute("insert into t values (1, 0)"),
        tx.query`update t set v = v * 10 + 1`,
        tx.execute("update t set v = v * 10 + 2; update t set v = v * 10 + 3"),
        tx.query`update t set v = v * 10 + 4`,
        tx.transaction((inner) => inner.query`update t set v = v * 10 + 5`),
      ]
      await Promise.all(all)
    })
    expect(await other.value("select v from transactions.t")).toBe(12345)
  })

  it("commits behind statements that nobody has waited for", async () => {
    await db.transaction((tx) => {
      void tx.query`insert into t values (1)`
      void tx.query`insert into t values (2)`
    })
    expect(await seen()).toEqual([1, 2])
  })

  it("tells which of them has failed when the server rolls back at COMMIT", async () => {
    const bad: Promise<unknown>[] = []
    const error = await failureOf(
      "commit",
      db.transaction((tx) => {
        void tx.query`insert into t values (1)`
        bad.push(tx.query`select 1/0 as broken`.catch((reason: unknown) => reason))
      }),
    )
    expect(error).toBeInstanceOf(errors.CommitFailedError)
    expect(error.cause).toBe(await bad[0])
    expect(error.cause).toMatchObject({ code: "22012", statement: "select 1/0 as broken" })
    expect(await seen()).toEqual([])
  })
})

describe("a failed transaction", () => {
  it("refuses further statements with the server's error, and its cause is what has failed it", async () => {
    await db.transaction(
      async (tx) => {
        const first = await failureOf("first", tx.query`select nonsense`)
        const all = async (): Promise<unknown> => {
          for await (const row of tx.stream`select 1`) return row
          return undefined
        }
        for (const query of [() => tx.query`select 1`, () => tx.execute("select 1"), all]) {
          const error = await failureOf("second", query())
          expect(error).toMatchObject({ code: "25P02", cause: { code: "42703", statement: "select nonsense" } })
          expect(error.cause).toBe(first)
        }
      },
      { forceRollback: true },
    )
  })

  it("has no cause from an earlier transaction", async () => {
    await db.transaction(
      async (tx) => {
        await failureOf("a", tx.query`select 1/0`)
      },
      { forceRollback: true },
    )
    await failureOf("b", db.query`select nonsense`)
    await db.transaction(
      async (tx) => {
        const first = await failureOf("c", tx.query`select other_nonsense`)
        expect((await failureOf("d", tx.query`select 1`)).cause).toBe(first)
      },
      { forceRollback: true },
    )
  })

  it("is an error at COMMIT, with the cause", async () => {
    const tx = await db.begin()
    const first = await failureOf("first", tx.query`select 1/0`)
    const error = await failureOf("commit", tx.commit())
    expect(error).toBeInstanceOf(errors.CommitFailedError)
    expect(error.cause).toBe(first)
    expect(tx.isOpen).toBe(false)
  })

  it("whose commit the server refuses is rolled back", async () => {
    await other.execute("create table transactions.late (n int unique deferrable initially deferred)")
    const error = await failureOf(
      "commit",
      db.transaction((tx) => tx.execute("insert into late values (1); insert into late values (1)")),
    )
    expect(error).toBeInstanceOf(errors.UniqueViolation)
    expect(await other.value("select count(*)::int4 from transactions.late")).toBe(0)
  })
})

describe("nested transactions", () => {
  it("are savepoints to any depth", async () => {
    await db.transaction(async (tx) => {
      await tx.query`insert into t values (1)`
      const failed = tx.transaction(async (inner) => {
        await inner.query`insert into t values (2)`
        await inner.transaction((innermost) => innermost.query`insert into t values (3)`)
        throw boom
      })
      await expect(failed).rejects.toBe(boom)
      await tx.transaction(async (inner) => {
        await inner.query`insert into t values (4)`
        const refused = inner.transaction((innermost) => innermost.query`insert into t values (1)`)
        await expect(refused).rejects.toBeInstanceOf(errors.UniqueViolation)
        await inner.transaction((innermost) => innermost.query`insert into t values (5)`, { forceRollback: true })
      })
    })
    expect(await seen()).toEqual([1, 4])
  })

  it("that swallow a failure are undone, and the outer one goes on", async () => {
    await db.transaction(async (tx) => {
      const error = await failureOf(
        "nested",
        tx.transaction(async (inner) => {
          await inner.query`insert into t values (1)`
          await failureOf("bad", inner.query`select 1/0`)
        }),
      )
      expect(error).toBeInstanceOf(errors.CommitFailedError)
      expect(error.cause).toMatchObject({ code: "22012" })
      await tx.query`insert into t values (2)`
    })
    expect(await seen()).toEqual([2])
  })

  it("cannot be what only the outermost can", async () => {
    const { value } = await db.transaction(async (tx) => {
      for (const option of [{ isolation: "serializable" }, { retry: 2 }, { timeout: 5 }, { readOnly: true }]) {
        await expect(tx.transaction(() => 1, option as never)).rejects.toThrow(/a nested transaction is a savepoint/)
      }
      const prepared = tx.transaction((inner) => inner.prepare("x"))
      await expect(prepared).rejects.toThrow(/a nested transaction cannot be prepared/)
      return { value: await tx.value`select 1` }
    })
    expect(value).toBe(1)
  })
})

describe("begin", () => {
  it("rolls back at the end of its block unless it was committed", async () => {
    {
      await using tx = await db.begin({ isolation: "serializable" })
      await tx.query`insert into t values (1)`
    }
    {
      await using tx = await db.begin()
      await tx.query`insert into t values (2)`
      await tx.commit()
    }
    expect(await seen()).toEqual([2])
  })

  it("has the connection to itself until the server has answered its end", async () => {
    const tx = await db.begin()
    void tx.query`insert into t values (1)`
    const commit = tx.commit()
    await expect(db.query`insert into t values (2)`).rejects.toThrow(/a transaction is open/)
    await commit
    await db.query`insert into t values (3)`
    expect(await seen()).toEqual([1, 3])
  })
})

describe("misuse is refused at once", () => {
  it("the connection, or an outer transaction, while another one is open", async () => {
    await db.transaction(async (tx) => {
      for (const call of [
        () => db.query`select 1`,
        () => db.execute("select 1"),
        () => db.begin(),
        () => db.transaction(() => 1),
        () => db.pipeline(async () => 1),
        () => db.prepare("select 1"),
      ]) {
        const error = await failureOf("call", call())
        expect(error).toBeInstanceOf(errors.UsageError)
        expect(error).toMatchObject({ safeToRetry: true })
        expect(error.message).toMatch(/a transaction is open on this connection/)
      }
      await tx.transaction(async () => {
        await expect(tx.query`select 1`).rejects.toThrow(/a nested transaction is open/)
        await expect(tx.commit()).rejects.toThrow(/a nested transaction is open/)
        await expect(tx.transaction(() => 1)).rejects.toThrow(/a nested transaction is open/)
      })
      await Promise.all([
        tx.transaction((inner) => inner.query`select 1`),
        expect(tx.transaction((inner) => inner.query`select 1`)).rejects.toThrow(/a nested transaction is open/),
      ])
    })
  })

  it("an ended transaction: statements, commit, rollback, prepare, savepoints", async () => {
    const tx = await db.begin()
    await tx.query`select 1`
    await tx.commit()
    for (const call of [
      () => tx.query`select 1`,
      () => tx.commit(),
      () => tx.rollback(),
      () => tx.prepare("x"),
      () => tx.transaction(() => 1),
      () => tx.pipeline(async () => 1),
      () => tx.execute("select 1"),
    ]) {
      await expect(call()).rejects.toThrow(/the transaction has ended/)
    }
    await tx[Symbol.asyncDispose]()
  })

  it("a transaction that was kept for later", async () => {
    const kept = await db.transaction((tx) => ({ tx }))
    await expect(kept.tx.query`select 1`).rejects.toThrow(/the transaction has ended/)
  })

  it("a transaction that SQL has ended, or begun", async () => {
    const error = await failureOf(
      "ended",
      db.transaction(async (tx) => {
        await tx.query`insert into t values (1)`
        await tx.query`rollback`
        await tx.query`insert into t values (2)`
      }),
    )
    expect(error.message).toMatch(/a statement has ended the transaction/)
    expect(await seen()).toEqual([])
    await db.query`begin`
    await expect(db.transaction(() => 1)).rejects.toThrow(/begun by a statement/)
    await db.query`rollback`
  })

  it.each([
    [{ isolation: "snapshot" }, /option isolation must be one of "serializable"/],
    [{ readOnly: "yes" }, /option readOnly must be true or false/],
    [{ retry: -1 }, /option retry/],
    [{ timeout: "5s" }, /option timeout/],
    [{ signal: {} }, /option signal/],
    [null, /options must be an object/],
  ])("%o", async (options, message) => {
    let ran = false
    const call = db.transaction(() => {
      ran = true
    }, options as never)
    await expect(call).rejects.toThrow(message)
    await expect(db.begin(options as never)).rejects.toThrow(message)
    expect(ran).toBe(false)
  })
})

describe("retry", () => {
  it("runs the whole function again after a serialization failure, whatever it came wrapped in", async () => {
    await db.query`insert into t values (1, 0)`
    const wrap = (error: unknown): Error => new Error("wrapped", { cause: error })
    for (const rethrow of [(error: unknown) => error, wrap]) {
      let runs = 0
      await db.transaction(
        async (tx) => {
          const before = await tx.value<number>`select v from t where n = 1`
          if (++runs <= 2) await other.query("update transactions.t set v = v + 10 where n = 1")
          await tx.query`update t set v = ${(before ?? 0) + 1} where n = 1`.catch((error: unknown) => {
            throw rethrow(error)
          })
        },
        { isolation: "serializable", retry: 5 },
      )
      expect(runs).toBe(3)
    }
    expect(await other.value("select v from transactions.t where n = 1")).toBe(42)
  })

  it("gives up after so many", async () => {
    await db.query`insert into t values (1, 0)`
    let runs = 0
    const error = await failureOf(
      "retry",
      db.transaction(
        async (tx) => {
          runs++
          await tx.value`select v from t where n = 1`
          await other.query("update transactions.t set v = v + 1 where n = 1")
          await tx.query`update t set v = 0 where n = 1`
        },
        { isolation: "repeatable read", retry: 2 },
      ),
    )
    expect(error).toBeInstanceOf(errors.SerializationFailure)
    expect(runs).toBe(3)
  })

  it("does not run anything else again", async () => {
    let runs = 0
    const call = db.transaction(
      (tx) => {
        runs++
        return tx.query`select 1/0`
      },
      { retry: 5 },
    )
    await expect(call).rejects.toBeInstanceOf(errors.DivisionByZero)
    expect(runs).toBe(1)
  })
})
