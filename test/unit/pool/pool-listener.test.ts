import { beforeEach, describe, expect, it } from "vitest"
import { UsageError } from "../../../src/errors/client-error.ts"
import { PoolClosedError } from "../../../src/errors/pool-error.ts"
import { type Listening, PoolListener } from "../../../src/pool/pool-listener.ts"
import type { NotificationGap } from "../../../src/session/listen/listen-options.ts"
import type { NotificationListener } from "../../../src/session/listen/subscription.ts"
import { FakeClock, settled } from "../../support/fake-clock.ts"
import { failureOf, within } from "../../support/within.ts"

/** A connection in the test's hands. */
class FakeListening implements Listening {
  readonly lost: Promise<unknown>
  lastWell = new Date(1000)
  readonly channels: Map<string, NotificationListener> = new Map()
  isClosed = false
  /** What `listen` fails with. */
  refusal: Error | undefined
  #lose!: (reason: unknown) => void

  constructor() {
    this.lost = new Promise((resolve) => {
      this.#lose = resolve
    })
  }

  async listen(channel: string, deliver: NotificationListener): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal
    this.channels.set(channel, deliver)
  }

  async unlisten(channel: string): Promise<void> {
    this.channels.delete(channel)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.#lose(undefined)
  }

  lose(reason: unknown): void {
    this.#lose(reason)
  }

  notify(channel: string, payload: string): void {
    this.channels.get(channel)?.({ channel, payload, processId: 1 })
  }
}

let clock: FakeClock
let opened: FakeListening[]
/** What the next attempts come to: a connection unless something else is here. */
let outcomes: (Error | Promise<FakeListening>)[]
let listener: PoolListener

beforeEach(() => {
  clock = new FakeClock()
  opened = []
  outcomes = []
  listener = new PoolListener(async (signal) => {
    const outcome = outcomes.shift()
    if (outcome instanceof Error) throw outcome
    if (outcome !== undefined) {
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      })
      return await Promise.race([outcome, aborted])
    }
    const connection = new FakeListening()
    opened.push(connection)
    return connection
  }, clock)
})

describe("subscriptions", () => {
  it("share one connection, which is closed with the last one", async () => {
    const heard: string[] = []
    const a = await listener.listen("a", ({ payload }) => heard.push(`a ${payload}`))
    const b = await listener.listen("b", ({ payload }) => heard.push(`b ${payload}`))
    const again = await listener.listen("a", ({ payload }) => heard.push(`again ${payload}`))
    expect(opened).toHaveLength(1)
    opened[0]?.notify("a", "1")
    opened[0]?.notify("b", "2")
    expect(heard).toEqual(["a 1", "again 1", "b 2"])
    await a.unlisten()
    expect([...(opened[0]?.channels.keys() ?? [])]).toEqual(["a", "b"])
    await again.unlisten()
    expect([...(opened[0]?.channels.keys() ?? [])]).toEqual(["b"])
    await b.unlisten()
    expect(opened[0]?.isClosed).toBe(true)
    await settled()
    await (await listener.listen("a", () => {})).unlisten()
    expect(opened).toHaveLength(2)
  })

  it("that come while the last connection is being closed, or given up, get another one", async () => {
    const first = await listener.listen("a", () => {})
    const [, second] = await Promise.all([first.unlisten(), listener.listen("b", () => {})])
    expect(opened).toHaveLength(2)
    expect([...(opened[1]?.channels.keys() ?? [])]).toEqual(["b"])
    await second.unlisten()

    outcomes.push(new Promise(() => {}))
    const abort = new AbortController()
    const pending = listener.listen("c", () => {}, { signal: abort.signal })
    await settled()
    abort.abort(new Error("enough"))
    const [error, fourth] = await Promise.all([
      failureOf("pending", pending),
      within(
        "fourth",
        listener.listen("d", () => {}),
      ),
    ])
    expect(error.message).toBe("enough")
    expect(fourth.isEnded).toBe(false)
    await listener.close()
  })

  it("fail with the first attempt, and leave nothing behind", async () => {
    const reason = new Error("no server")
    outcomes.push(reason)
    expect(
      await failureOf(
        "listen",
        listener.listen("a", () => {}),
      ),
    ).toBe(reason)
    await settled()
    expect(clock.pending).toBe(0)
    expect(opened).toHaveLength(0)
    await listener.close()
  })

  it("refuse what is none, and everything after close", async () => {
    await expect(listener.listen("", () => {})).rejects.toBeInstanceOf(UsageError)
    await expect(listener.listen("a", 7 as never)).rejects.toBeInstanceOf(UsageError)
    const subscription = await listener.listen("a", undefined)
    const next = subscription[Symbol.asyncIterator]().next()
    await listener.close()
    expect(await within("next", next)).toEqual({ done: true, value: undefined })
    expect(opened[0]?.isClosed).toBe(true)
    await expect(listener.listen("a", () => {})).rejects.toBeInstanceOf(PoolClosedError)
  })

  it("that wait are told when the pool is closed", async () => {
    outcomes.push(new Promise(() => {}))
    const waiting = failureOf(
      "waiting",
      listener.listen("a", () => {}),
    )
    await settled()
    await within("close", listener.close())
    expect(await waiting).toBeInstanceOf(PoolClosedError)
  })
})

describe("a lost connection", () => {
  it("is replaced at once, and each listener is told of the gap before anything else", async () => {
    const events: unknown[] = []
    await listener.listen("a", ({ payload }) => events.push(payload), { onGap: (gap) => events.push(gap) })
    const iterated = (await listener.listen("b", undefined)).events()
    const reason = new Error("lost")
    opened[0]?.lose(reason)
    await settled()
    expect(opened).toHaveLength(2)
    opened[1]?.notify("a", "after")
    opened[1]?.notify("b", "after")
    const gap: NotificationGap = { channel: "a", since: new Date(1000), reason }
    expect(events).toEqual([gap, "after"])
    expect((await iterated.next()).value).toEqual({ kind: "gap", gap: { ...gap, channel: "b" } })
    expect((await iterated.next()).value).toMatchObject({ kind: "notification", notification: { payload: "after" } })
    await listener.close()
  })

  it("is told even when a notification comes before the LISTEN is confirmed", async () => {
    const events: unknown[] = []
    await listener.listen("a", ({ payload }) => events.push(payload), { onGap: () => events.push("gap") })
    let confirm: () => void = () => {}
    const slow = new FakeListening()
    slow.listen = async (channel, deliver) => {
      slow.channels.set(channel, deliver)
      await new Promise<void>((resolve) => {
        confirm = resolve
      })
    }
    outcomes.push(Promise.resolve(slow))
    opened[0]?.lose(new Error("lost"))
    await settled()
    slow.notify("a", "early")
    confirm()
    await settled()
    expect(events).toEqual(["gap", "early"])
    await listener.close()
  })

  it("is not told to who has only begun to listen since", async () => {
    const gaps: string[] = []
    await listener.listen("a", () => {}, { onGap: () => gaps.push("old") })
    outcomes.push(new Error("down"))
    opened[0]?.lose(new Error("lost"))
    await settled()
    const joining = listener.listen("a", () => {}, { onGap: () => gaps.push("new") })
    await clock.advance(10_000)
    await within("joining", joining)
    expect(gaps).toEqual(["old"])
    await listener.close()
  })

  it("is replaced as soon as that works, with longer and longer pauses in between", async () => {
    const gaps: NotificationGap[] = []
    await listener.listen("a", () => {}, { onGap: (gap) => gaps.push(gap) })
    for (let n = 0; n < 12; n++) outcomes.push(new Error(`down ${n}`))
    opened[0]?.lose(new Error("lost"))
    await settled()
    const pauses: number[] = []
    while (opened.length < 2) {
      const left = outcomes.length
      let waited = 0
      for (; outcomes.length === left && opened.length < 2; waited += 10) await clock.advance(10)
      pauses.push(waited)
    }
    expect(pauses).toHaveLength(12)
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses[0]).toBeLessThanOrEqual(100)
    expect(pauses.at(-1)).toBeGreaterThan(1000)
    expect(pauses.at(-1)).toBeLessThanOrEqual(5000)
    await settled()
    expect(gaps).toHaveLength(1)
    expect(gaps[0]?.reason).toMatchObject({ message: "lost" })
    await listener.close()
  })

  it("that does not listen any more counts as a failed attempt", async () => {
    const events: string[] = []
    await listener.listen("a", () => {}, { onGap: () => events.push("gap") })
    const deaf = new FakeListening()
    deaf.refusal = new Error("read only")
    outcomes.push(Promise.resolve(deaf))
    opened[0]?.lose(new Error("lost"))
    await settled()
    expect(deaf.isClosed).toBe(true)
    expect(clock.pending).toBe(1)
    expect(events).toEqual([])
    await clock.advance(10_000)
    await settled()
    expect(opened).toHaveLength(2)
    expect(events).toEqual(["gap"])
    await listener.close()
  })

  it("is told once more when its successor is lost before it listens on everything", async () => {
    const gaps: unknown[] = []
    await listener.listen("a", () => {}, { onGap: ({ reason }) => gaps.push(reason) })
    await listener.listen("b", () => {})
    const half = new FakeListening()
    const reason = new Error("lost again")
    half.listen = async (channel) => {
      if (channel === "b") throw reason
    }
    outcomes.push(Promise.resolve(half))
    const first = new Error("lost")
    opened[0]?.lose(first)
    await settled()
    expect(gaps).toEqual([first])
    await clock.advance(10_000)
    expect(opened).toHaveLength(2)
    expect(gaps, "what was sent in between was missed").toEqual([first, reason])
    await listener.close()
  })

  it("is not replaced when the last one goes while it pauses", async () => {
    const subscription = await listener.listen("a", () => {})
    outcomes.push(new Error("down"))
    opened[0]?.lose(new Error("lost"))
    await settled()
    expect(clock.pending).toBe(1)
    await subscription.unlisten()
    await settled()
    expect(clock.pending).toBe(0)
    expect(opened).toHaveLength(1)
    await listener.close()
  })
})
