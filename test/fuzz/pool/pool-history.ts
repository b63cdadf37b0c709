/**
 * One random history of a pool under a fake clock: users who come, share, leave, abort and overstay; resources that
 * open, fail, break, must be checked and reset; resizes, drains and the end. After each step the invariants are checked.
 */

import { expect } from "vitest"
import type { Entry } from "../../../src/pool/entry.ts"
import type { PoolLimits } from "../../../src/pool/limits.ts"
import { ResourcePool } from "../../../src/pool/resource-pool.ts"
import { FakeClock, settled } from "../../support/fake-clock.ts"
import { type FakeResource, FakeResources } from "../../support/fake-resources.ts"

/** One step: what happens, and two numbers that say to whom and how. */
export type Step = readonly [kind: StepKind, a: number, b: number]

export const stepKinds: readonly StepKind[] = [
  ...(["acquire", "acquire", "take", "share", "share", "share"] as const),
  ...(["release", "release", "release", "releaseBad", "abort"] as const),
  ...(["opened", "opened", "opened", "openingFails", "gone", "gone"] as const),
  ...(["checked", "checked", "unfit", "reset", "resetFails", "needReset", "lose"] as const),
  ...(["wait", "wait", "waitLong", "resize", "drain", "check", "suspect", "close"] as const),
]

export type StepKind =
  | "acquire"
  | "take"
  | "share"
  | "release"
  | "releaseBad"
  | "abort"
  | "opened"
  | "openingFails"
  | "gone"
  | "checked"
  | "unfit"
  | "reset"
  | "resetFails"
  | "needReset"
  | "lose"
  | "wait"
  | "waitLong"
  | "resize"
  | "drain"
  | "check"
  | "suspect"
  | "close"

interface User {
  readonly number: number
  readonly together: boolean
  readonly abort: AbortController
  state: "waiting" | "using" | "over"
  entry?: Entry<FakeResource>
}

const permanent = (b: number): Error => new Error(b % 8 === 0 ? "permanent" : "refused")

export class PoolHistory {
  readonly #clock = new FakeClock()
  readonly #resources = new FakeResources()
  readonly #pool: ResourcePool<FakeResource>
  readonly #users: User[] = []
  /** Resources that may not be handed out any more. */
  readonly #outdated: Set<FakeResource> = new Set()
  readonly #removed: Set<FakeResource> = new Set()
  readonly #all: Set<FakeResource> = new Set()
  #closed: Promise<void> | undefined
  #ended = false
  #nextNumber = 1

  readonly #most: number

  constructor(limits: Partial<PoolLimits>, most: number) {
    this.#most = most
    this.#resources.checkAfterMs = 50
    this.#pool = new ResourcePool(
      this.#resources,
      {
        min: 0,
        max: 3,
        acquireTimeoutMs: 1000,
        maxWaiting: 6,
        maxLifetimeMs: 3000,
        maxIdleMs: 500,
        reconnectTimeoutMs: 2000,
        leakTimeoutMs: 700,
        ...limits,
      },
      this.#clock,
      {
        onRemoved: (resource) => {
          expect(this.#removed.has(resource), "a resource is removed once").toBe(false)
          this.#removed.add(resource)
        },
      },
    )
    this.#resources.onOpening = () => {
      expect(this.#resources.count, "never more than max, the dying counted").toBeLessThan(this.#pool.limits.max)
    }
  }

  async step([kind, a, b]: Step): Promise<void> {
    this.#do(kind, a, b)
    if (kind === "wait") await this.#clock.advance(1 + (a % 60))
    if (kind === "waitLong") await this.#clock.advance(100 + 100 * (a % 20))
    await settled()
    this.#checkInvariants()
  }

  /** Closes the pool, if that has not happened, lets everybody finish, and sees to it that nothing is left. */
  async end(): Promise<void> {
    this.#close(500)
    await settled()
    // Half of the users go, the others have their resources taken away.
    for (const user of this.#users) if (user.number % 2 === 0) this.#leave(user, undefined)
    for (let round = 0; round < 60 && !this.#ended; round++) {
      while (this.#resources.closings.length > 0) this.#resources.closed()
      await this.#clock.advance(100)
      await settled()
    }
    expect(this.#ended, "the pool ends").toBe(true)
    expect(this.#resources.count, "no resource is left").toBe(0)
    expect(this.#users.filter(({ state }) => state === "waiting")).toEqual([])
    for (const user of this.#users) this.#leave(user, undefined) // too late, and harmless
    expect(this.#pool.size).toBe(0)
    expect(this.#pool.gauges).toMatchObject({ open: 0, idle: 0, opening: 0, dying: 0, waiting: 0 })
    expect(this.#clock.pending, "no timer is left").toBe(0)
  }

  #do(kind: StepKind, a: number, b: number): void {
    switch (kind) {
      case "acquire":
        this.#acquire(a, b)
        break
      case "take":
        this.#take(false)
        break
      case "share":
        if (a % 3 === 0) this.#take(true)
        else this.#share(a)
        break
      case "release":
        this.#leave(this.#pick("using", a), undefined)
        break
      case "releaseBad":
        this.#leave(this.#pick("using", a), new Error("bad"))
        break
      case "abort":
        this.#pick("waiting", a)?.abort.abort(new Error("aborted"))
        break
      case "opened": {
        const resource = this.#resources.opens(a)
        if (resource !== undefined) this.#all.add(resource)
        break
      }
      case "openingFails":
        this.#resources.failsToOpen(permanent(b), a)
        break
      case "gone":
        this.#resources.closed(a)
        break
      case "checked":
        this.#resources.checked(undefined, a)
        break
      case "unfit":
        this.#resources.checked(new Error("unfit"), a)
        break
      case "reset":
        this.#resources.wasReset(undefined, a)
        break
      case "resetFails":
        this.#resources.wasReset(new Error("not reset"), a)
        break
      case "needReset": {
        const user = this.#pick("using", a)
        if (user !== undefined) this.#resourceOf(user).needsReset = b % 2 === 0
        break
      }
      case "lose": {
        const alive = [...this.#all].filter((resource) => resource.isAlive)
        const resource = alive[a % (alive.length || 1)]
        if (resource !== undefined) this.#resources.lose(resource)
        break
      }
      case "resize":
        this.#pool.resize(a % 3, 2 + (b % 4))
        break
      case "drain":
        for (const resource of this.#all) this.#outdated.add(resource)
        void this.#pool.drain()
        break
      case "check":
        void this.#pool.check().catch(() => {})
        break
      case "suspect":
        this.#pool.suspect()
        break
      case "close":
        if (a % 10 === 0) this.#close(b * 20)
        break
      default:
    }
  }

  #newUser(together: boolean): User {
    const user: User = { number: this.#nextNumber++, together, abort: new AbortController(), state: "waiting" }
    this.#users.push(user)
    return user
  }

  #acquire(a: number, b: number): void {
    const user = this.#newUser(false)
    this.#pool.wait(
      () => 1,
      { signal: user.abort.signal, timeoutMs: a % 4 === 0 ? 10 + b : undefined },
      (entry) => this.#onGranted(user, entry),
      () => {
        user.state = "over"
      },
    )
  }

  #take(together: boolean): void {
    const waiting = this.#pool.gauges.waiting
    let entry: Entry<FakeResource> | undefined
    try {
      entry = this.#pool.tryTake(together ? this.#most : 1)
    } catch {
      expect(this.#closed, "only a closed pool refuses").toBeDefined()
    }
    if (entry === undefined) return
    expect(waiting, "nobody is overtaken").toBe(0)
    this.#onGranted(this.#newUser(together), entry)
  }

  #share(a: number): void {
    const user = this.#newUser(true)
    this.#pool.wait(
      () => this.#most,
      { signal: user.abort.signal },
      (entry) => this.#onGranted(user, entry),
      () => {
        user.state = "over"
      },
    )
    if (a % 7 === 0) user.abort.abort(new Error("aborted at once"))
  }

  #onGranted(user: User, entry: Entry<FakeResource>): void {
    const { resource } = entry
    user.entry = entry
    expect(user.state, "whoever has given up is granted nothing").toBe("waiting")
    expect(this.#removed.has(resource), "what has left the pool is not lent").toBe(false)
    expect(this.#outdated.has(resource), "what was drained is not lent").toBe(false)
    const before = this.#users.filter(({ state, number }) => state === "waiting" && number < user.number)
    expect(before, "first come, first served").toEqual([])
    user.state = "using"
    if (!user.together && user.number % 2 === 0) this.#pool.watch(entry, new Error(`taken by ${user.number}`))
  }

  #leave(user: User | undefined, error: Error | undefined): void {
    if (user === undefined || user.state !== "using") return
    user.state = "over"
    this.#pool.giveBack(user.entry!, user.together ? undefined : error)
  }

  #close(timeoutMs: number): void {
    this.#closed ??= this.#pool.close(timeoutMs).then(() => {
      this.#ended = true
    })
  }

  #pick(state: User["state"], index: number): User | undefined {
    const users = this.#users.filter((user) => user.state === state)
    return users[index % (users.length || 1)]
  }

  #resourceOf({ entry }: User): FakeResource {
    return entry!.resource
  }

  #checkInvariants(): void {
    const { gauges, size, limits, state } = this.#pool
    const using = this.#users.filter((user) => user.state === "using")
    const waiting = this.#users.filter((user) => user.state === "waiting").length
    const uses = new Map<FakeResource, User[]>()
    for (const user of using) uses.set(this.#resourceOf(user), [...(uses.get(this.#resourceOf(user)) ?? []), user])
    for (const users of uses.values()) {
      const alone = users.filter((user) => !user.together || this.#most === 1)
      expect(alone.length === 0 || users.length === 1, "nobody else has what somebody has alone").toBe(true)
      expect(users.length).toBeLessThanOrEqual(this.#most)
    }
    expect(size, "all are counted").toBe(this.#resources.count)
    expect(gauges.waiting, "no waiter is lost").toBe(waiting)
    expect(gauges.waiting).toBeLessThanOrEqual(limits.maxWaiting)
    if (state !== "open") return
    const coming = this.#resources.checks.length + this.#resources.resets.length
    const isSupplied = gauges.opening > 0 || coming > 0 || size >= limits.max || gauges.isPausing
    expect(waiting === 0 || isSupplied, "who waits is waited for").toBe(true)
    if (waiting > coming) expect(gauges.idle, "nothing idles while one waits").toBe(0)
    const isKept = gauges.open >= limits.min || gauges.opening > 0 || size >= limits.max || gauges.isPausing
    expect(isKept || this.#pool.lastError !== undefined, "the minimum is kept").toBe(true)
  }
}
