import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors, type Notification, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"

let db: Connection
let other: Connection

beforeAll(async () => {
  other = await connect(sharedServer.url)
})

beforeEach(async () => {
  db = await connect(sharedServer.url)
  return () => within("close", db.close())
})

afterAll(() => other.close())

const payloads = (notifications: readonly Notification[]): string[] => notifications.map(({ payload }) => payload)
const listening = (on: Connection = db): Promise<string[]> =>
  on.rows<string>("select pg_listening_channels() order by 1", [], { rows: "scalar" })

/** Resolves when it is so; the test's own limit is the limit. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe("a subscription", () => {
  it("takes a callback: all in order, with payload, channel and sender", async () => {
    const got: Notification[] = []
    await db.listen("listening_a", (notification) => got.push(notification))
    for (const n of [1, 2, 3]) await other.notify("listening_a", `n ${n}`)
    await other.notify("listening_a")
    await until(() => got.length === 4)
    expect(payloads(got)).toEqual(["n 1", "n 2", "n 3", ""])
    expect(got[0]).toEqual({ channel: "listening_a", payload: "n 1", processId: other.info.backendPid })
  })

  it("is iterated, from its beginning on, and breaking out ends it", async () => {
    const subscription = await db.listen("listening_b")
    await db.notify("listening_b", "to myself")
    await other.notify("listening_b", "from elsewhere")
    const got: Notification[] = []
    for await (const notification of subscription) {
      got.push(notification)
      if (got.length === 2) break
    }
    expect(payloads(got).sort()).toEqual(["from elsewhere", "to myself"])
    expect(subscription.isEnded).toBe(true)
    expect(await listening()).toEqual([])
  })

  it("shares channel and connection with others; UNLISTEN goes with the last one", async () => {
    const got: string[] = []
    const a = await db.listen("listening_c", ({ payload }) => got.push(`a${payload}`))
    const b = await db.listen("listening_c", ({ payload }) => got.push(`b${payload}`))
    await using c = await db.listen("listening_d", ({ payload }) => got.push(`c${payload}`))
    await other.notify("listening_c", "1")
    await other.notify("listening_d", "2")
    await until(() => got.length === 3)
    await a.unlisten()
    expect(await listening()).toEqual(["listening_c", "listening_d"])
    await other.notify("listening_c", "3")
    await until(() => got.length === 4)
    await b.unlisten()
    await b.unlisten()
    expect(await listening()).toEqual([c.channel])
    expect(got).toEqual(["a1", "b1", "c2", "b3"])
  })

  it("has several iterations share what comes, and none of them waits for ever", async () => {
    const subscription = await db.listen("listening_e")
    const [first, second] = [subscription[Symbol.asyncIterator](), subscription[Symbol.asyncIterator]()]
    const both = Promise.all([first.next(), second.next()])
    await other.notify("listening_e", "1")
    await other.notify("listening_e", "2")
    expect((await within("both", both)).map(({ value }) => value.payload).sort()).toEqual(["1", "2"])
    const waiting = [first.next(), second.next()]
    await within("return", first.return?.() ?? Promise.reject())
    for (const next of waiting) expect(await within("next", next)).toEqual({ done: true, value: undefined })
  })

  it("ends with the signal it was given, before and after it has begun", async () => {
    const reason = new Error("enough")
    await expect(db.listen("listening_f", undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new AbortController()
    const subscription = await db.listen("listening_f", undefined, { signal: abort.signal })
    await db.notify("listening_f", "x")
    const iterator = subscription[Symbol.asyncIterator]()
    expect((await within("first", iterator.next())).value.payload).toBe("x")
    const next = iterator.next()
    abort.abort(reason)
    expect(await failureOf("next", next)).toBe(reason)
    await until(async () => (await listening()).length === 0)

    const early = new AbortController()
    const busy = db.query`select pg_sleep(0.05)`
    const waiting = db.listen("listening_f", undefined, { signal: early.signal })
    early.abort(reason)
    expect(await failureOf("waiting", waiting)).toBe(reason)
    await busy
    await until(async () => (await listening()).length === 0)
  })

  it("has a bound, and says so when it is exceeded; others go on", async () => {
    const slow = await db.listen("listening_g", undefined, { bufferLimit: 3 })
    const got: string[] = []
    await db.listen("listening_g", ({ payload }) => got.push(payload))
    for (let n = 1; n <= 5; n++) await other.notify("listening_g", String(n))
    await until(() => got.length === 5)
    const taken: string[] = []
    const error = await failureOf(
      "slow",
      (async () => {
        for await (const { payload } of slow) taken.push(payload)
      })(),
    )
    expect(error).toBeInstanceOf(errors.NotificationOverflowError)
    expect(error.message).toMatch(/more than 3 notifications of channel "listening_g"/)
    expect(taken).toEqual(["1", "2", "3"])
    expect(await listening()).toEqual(["listening_g"])
  })

  it("ends with its connection, told why if nobody asked for it", async () => {
    const closing = await connect(sharedServer.url)
    const ended = (await closing.listen("listening_h"))[Symbol.asyncIterator]().next()
    await closing.close()
    expect(await within("ended", ended)).toEqual({ done: true, value: undefined })
    const lost = await connect(sharedServer.url)
    const failure = failureOf("lost", (await lost.listen("listening_h"))[Symbol.asyncIterator]().next())
    await other.query("select pg_terminate_backend($1)", [lost.info.backendPid])
    expect(await failure).toMatchObject({ code: "PGLINE_CONNECTION", cause: { code: "57P01" } })
    await lost.close()
  })

  it("ends when a pooled connection goes back", async () => {
    await using pool = new Pool(sharedServer.url, { max: 1 })
    const connection = await pool.acquire()
    const next = (await connection.listen("listening_i"))[Symbol.asyncIterator]().next()
    connection.release()
    expect(await failureOf("released", next)).toBeInstanceOf(errors.ConnectionReleasedError)
    await using again = await pool.acquire()
    expect(await listening(again)).toEqual([])
  })

  it("ignores what a listener throws, now or later", async () => {
    const got: string[] = []
    await db.listen("listening_j", () => {
      throw new Error("now")
    })
    await db.listen("listening_j", async () => {
      throw new Error("later")
    })
    await db.listen("listening_j", ({ payload }) => got.push(payload))
    await db.notify("listening_j", "1")
    await until(() => got.length === 1)
    expect(await db.value`select 1`).toBe(1)
  })
})

describe("notifications and queries", () => {
  it("do not touch each other: thousands of both at once", async () => {
    const got: string[] = []
    await db.listen("listening_k", ({ payload }) => got.push(payload))
    const queries = Array.from({ length: 1000 }, (_, n) =>
      db.value("select $1::int4 from pg_notify('listening_k', $2)", [n, String(n)]),
    )
    const foreign = Array.from({ length: 1000 }, (_, n) => other.notify("listening_k", `x${n}`))
    expect(await Promise.all(queries)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
    await Promise.all(foreign)
    await until(() => got.length === 2000)
    expect(got.filter((payload) => !payload.startsWith("x"))).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)))
  })

  it("are sent at the commit, within a transaction, and listening waits for its end", async () => {
    const got: string[] = []
    const subscription = await db.listen("listening_l", ({ payload }) => got.push(payload))
    await db.transaction(async (tx) => {
      await tx.notify("listening_l", "1")
      await expect(db.listen("listening_m")).rejects.toThrow(/a transaction is open/)
      await tx.query`select 1`
      expect(got).toEqual([])
    })
    await until(() => got.length === 1)
    const rolledBack = db.transaction(async (tx) => {
      await within("unlisten", subscription.unlisten())
      await tx.notify("listening_l", "2")
      throw new Error("back")
    })
    await expect(rolledBack).rejects.toThrow("back")
    expect(await listening()).toEqual([])
    expect(got).toEqual(["1"])
  })

  it("survive races of listening and unlistening", async () => {
    for (let round = 0; round < 20; round++) {
      const subscriptions = await Promise.all([1, 2, 3].map(() => db.listen("listening_n", () => {})))
      const [a, b, c] = subscriptions
      const again = [a?.unlisten(), b?.unlisten(), c?.unlisten(), db.listen("listening_n", () => {})] as const
      await Promise.all(again)
      expect(await listening()).toEqual(["listening_n"])
      await (await again[3]).unlisten()
      expect(await listening()).toEqual([])
    }
  })

  it("end within a pipeline without waiting for its end", async () => {
    const subscription = await db.listen("listening_q")
    const { backendPid } = db.info
    await db.pipeline(async (p) => {
      const sleeping = failureOf("sleep", p.query`select pg_sleep(60)`)
      await until(async () => {
        const event = await other.value`select wait_event from pg_stat_activity where pid = ${backendPid}`
        return event === "PgSleep"
      })
      await within("unlisten", subscription.unlisten())
      await db.cancel()
      expect(await sleeping).toMatchObject({ code: "57014" })
    })
    expect(await listening()).toEqual([])
  })
})

describe("names and payloads", () => {
  it.each(["UPPER", 'quo"te', "sp ace", "ünï", "; drop table x", "select", "é".repeat(31)])(
    "%j is a channel",
    async (name) => {
      const got: Notification[] = []
      await using _ = await db.listen(name, (notification) => got.push(notification))
      await db.notify(name, "x")
      await until(() => got.length === 1)
      expect(got[0]?.channel).toBe(name)
    },
  )

  it.each([
    ["", /not empty/],
    ["x".repeat(64), /at most 63 bytes, this one has 64/],
    ["é".repeat(32), /at most 63 bytes, this one has 64/],
    ["a\0b", /NUL/],
    ["\ud800", /surrogate/],
    [7, /must be a string/],
  ])("%j is none", async (name, message) => {
    for (const call of [() => db.listen(name as string), () => db.notify(name as string, "x")]) {
      const error = await failureOf("call", call())
      expect(error).toMatchObject({ safeToRetry: true })
      expect(error.message).toMatch(message)
    }
  })

  it("payloads go up to the server's limit", async () => {
    const got: string[] = []
    await db.listen("listening_o", ({ payload }) => got.push(payload))
    const longest = `${"é".repeat(3999)}x`
    await db.notify("listening_o", longest)
    await until(() => got.length === 1)
    expect(got[0]).toBe(longest)
    await expect(db.notify("listening_o", `${longest}x`)).rejects.toThrow(/at most 7999 bytes, this one has 8000/)
    await expect(db.notify("listening_o", "a\0b")).rejects.toThrow(/NUL/)
    await expect(db.notify("listening_o", 7 as never)).rejects.toThrow(/must be a string/)
  })

  it.each([
    [["x", 7], /the listener must be a function/],
    [["x", undefined, { bufferLimit: 0 }], /option bufferLimit/],
    [["x", undefined, { onGap: 1 }], /option onGap/],
    [["x", undefined, { signal: 1 }], /option signal/],
  ])("listen(...%j) is refused", async (args, message) => {
    await expect(db.listen(...(args as ["x"]))).rejects.toThrow(message)
    expect(await listening()).toEqual([])
  })

  it("a subscription with a listener is not iterated", async () => {
    const subscription = await db.listen("listening_p", () => {})
    expect(() => subscription.events()).toThrow(errors.UsageError)
  })

  it("nobody listens behind a pooler", async () => {
    await using pooled = await connect(sharedServer.url, { pooler: true })
    await expect(pooled.listen("x")).rejects.toThrow(/behind a pooler/)
  })
})
