import { describe, expect, it } from "vitest"
import { errors, Pool, type PoolOptions } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

describe("options that cannot be used", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ min: -1 }, "min"],
    [{ max: 0 }, "max"],
    [{ max: 1.5 }, "max"],
    [{ min: 3, max: 2 }, "min"],
    [{ acquireTimeout: Number.NaN }, "acquireTimeout"],
    [{ maxWaiting: 0 }, "maxWaiting"],
    [{ maxLifetime: "1h" }, "maxLifetime"],
    [{ maxIdle: -5 }, "maxIdle"],
    [{ healthCheck: "sometimes" }, "healthCheck"],
    [{ healthCheckAfter: -1 }, "healthCheckAfter"],
    [{ reconnectTimeout: Number.POSITIVE_INFINITY }, "reconnectTimeout"],
    [{ reset: "all" }, "reset"],
    [{ maxPipeline: 0 }, "maxPipeline"],
    [{ leakTimeout: null }, "leakTimeout"],
    [{ hookTimeout: 0 }, "hookTimeout"],
    [{ hookTimeout: 2 ** 31 }, "hookTimeout"],
    [{ listenHeartbeat: 2 ** 31 }, "listenHeartbeat"],
    [{ queryTimeout: 2 ** 31 }, "queryTimeout"],
    [{ cancelTimeout: 2 ** 31 }, "cancelTimeout"],
    [{ stallTimeout: 2 ** 31 }, "stallTimeout"],
    [{ allowExitOnIdle: 1 }, "allowExitOnIdle"],
    [{ onConnect: "select 1" }, "onConnect"],
    [{ onRemove: {} }, "onRemove"],
    [{ name: 5 }, "name"],
    [{ signal: new AbortController().signal }, "signal"],
    [{ maximum: 5 }, "maximum"],
    [{ sslmode: "perhaps" }, "sslmode"],
  ])("%o are refused by name, before anything is opened", (options, name) => {
    const make = (): Pool => new Pool(sharedServer.url, options as PoolOptions)
    expect(make).toThrow(errors.ConfigError)
    expect(make).toThrow(name)
  })
})
