import type { Entry } from "../../../src/pool/entry.ts"
import type { PoolLimits } from "../../../src/pool/limits.ts"
import type { ResourcePoolEvents } from "../../../src/pool/pool-events.ts"
import { ResourcePool } from "../../../src/pool/resource-pool.ts"
import type { WaitOptions } from "../../../src/pool/waiter.ts"
import { FakeClock, settled } from "../../support/fake-clock.ts"
import { type FakeResource, FakeResources } from "../../support/fake-resources.ts"

/** Limits without deadlines and ages, for tests to add theirs. */
export const noLimits: PoolLimits = {
  min: 0,
  max: 10,
  acquireTimeoutMs: 0,
  maxWaiting: 1000,
  maxLifetimeMs: 0,
  maxIdleMs: 0,
  reconnectTimeoutMs: 300_000,
  leakTimeoutMs: 0,
}

/** A pool of fake resources under a fake clock. */
export class PoolHarness {
  readonly clock: FakeClock = new FakeClock()
  readonly resources: FakeResources = new FakeResources()
  readonly pool: ResourcePool<FakeResource>

  constructor(limits: Partial<PoolLimits>, events: ResourcePoolEvents<FakeResource> = {}) {
    this.pool = new ResourcePool(this.resources, { ...noLimits, ...limits }, this.clock, events)
  }

  /** Waits for a resource. */
  take(options: WaitOptions & { readonly share?: number } = {}): Promise<Entry<FakeResource>> {
    return new Promise((resolve, reject) => {
      this.pool.wait(() => options.share ?? 1, options, resolve, reject)
    })
  }

  /** Takes so many, opening them. */
  async takeOpened(count: number): Promise<Entry<FakeResource>[]> {
    const taken = Array.from({ length: count }, () => this.take())
    while (this.resources.openings.length > 0) this.resources.opens()
    await settled()
    return Promise.all(taken)
  }

  /** Lets time pass, with every opening and closing answered at once. */
  async live(ms: number, stepMs = 10): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await this.clock.advance(stepMs)
      while (this.resources.openings.length > 0) this.resources.opens()
      while (this.resources.closings.length > 0) this.resources.closed()
      await settled()
    }
  }

  /** Closes the pool and says how many timers are left. */
  async end(): Promise<number> {
    const closed = this.pool.close(0)
    await this.live(20)
    await closed
    return this.clock.pending
  }
}
