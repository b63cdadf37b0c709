/**
 * Several hosts: a primary and two standbys, dead and silent ones among them. Which one is taken for each
 * target_session_attrs, how the load is spread, and what happens when the primary dies and a standby is promoted.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */

import { createServer } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import { LibpqOracle } from "../../conformance/libpq-oracle.ts"
import { type BrokenProxy, startBrokenProxy } from "../../support/broken-proxy.ts"
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"
import { conninfo } from "./outcome.ts"

const ATTRIBUTES = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const
type Attribute = (typeof ATTRIBUTES)[number]
type Name = "primary" | "first" | "second" | "quiet" | "dead" | "silent"

let primary: PostgresServer
let first: PostgresServer
let second: PostgresServer
/** A primary whose sessions are read-only by default. */
let quiet: PostgresServer
let silent: BrokenProxy
let oracle: LibpqOracle
const ports = new Map<Name, number>()

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

beforeAll(async () => {
  primary = await startPostgres({ version: testVersion })
  first = await startPostgres({ standbyOf: primary })
  second = await startPostgres({ standbyOf: primary })
  quiet = await startPostgres({ version: testVersion, settings: { default_transaction_read_only: "on" } })
  silent = await startBrokenProxy({ host: primary.host, port: primary.port })
  await silent.admit("hole")
  oracle = await LibpqOracle.start(18, { HOME: "/nonexistent" })
  for (const [name, { port }] of Object.entries({ primary, first, second, quiet, silent }))
    ports.set(name as Name, port)
  ports.set("dead", await deadPort())
}, 120_000)

afterAll(async () => {
  await oracle.stop()
  await silent[Symbol.asyncDispose]()
  await Promise.all([primary, first, second, quiet].map((server) => server.stop("immediate")))
})

function to(names: readonly Name[], more: ConnectOptions = {}): ConnectOptions {
  const { user, password, database } = primary
  const port = names.map((name) => ports.get(name)!)
  return { host: names.map(() => "127.0.0.1"), port, user, password, database, sslmode: "disable", ...more }
}

/** Where a connection leads. */
async function arrival(options: ConnectOptions): Promise<Name> {
  await using db = await connect(options)
  return [...ports].find(([, port]) => port === db.info.port)![0]
}

async function failure(options: ConnectOptions): Promise<Error> {
  return await connect(options).then(
    async (db) => {
      await db.close()
      throw new Error("should have failed")
    },
    (error: Error) => error,
  )
}

const LISTS: readonly (readonly Name[])[] = [
  ["primary", "first", "second"],
  ["first", "second", "primary"],
  ["first", "primary"],
  ["primary", "quiet"],
  ["quiet", "primary"],
  ["primary"],
  ["first", "second"],
  ["quiet"],
  ["dead", "first", "primary"],
  ["dead", "primary", "first"],
]

/** The first host that fits; for prefer-standby any host when no standby is there. */
function expected(names: readonly Name[], wanted: Attribute): Name | undefined {
  const isStandby = (name: Name): boolean => name === "first" || name === "second"
  const isReadOnly = (name: Name): boolean => isStandby(name) || name === "quiet"
  const fits: Readonly<Record<Attribute, (name: Name) => boolean>> = {
    any: () => true,
    "read-write": (name) => !isReadOnly(name),
    "read-only": isReadOnly,
    primary: (name) => !isStandby(name),
    standby: isStandby,
    "prefer-standby": isStandby,
  }
  const alive = names.filter((name) => name !== "dead")
  return alive.find(fits[wanted]) ?? (wanted === "prefer-standby" ? alive[0] : undefined)
}

const REFUSALS: Readonly<Partial<Record<Attribute, RegExp>>> = {
  "read-write": /the session is read-only, and target_session_attrs asks for read-write/,
  "read-only": /the session is not read-only, and target_session_attrs asks for read-only/,
  primary: /the server is in hot standby mode, and target_session_attrs asks for primary/,
  standby: /the server is not in hot standby mode, and target_session_attrs asks for standby/,
}

describe.each(ATTRIBUTES)("target_session_attrs=%s", (targetSessionAttrs) => {
  it.each(LISTS.map((names) => ({ names })))("$names", async ({ names }) => {
    const wanted = expected(names, targetSessionAttrs)
    const options = to(names, { targetSessionAttrs })
    if (wanted !== undefined) expect(await arrival(options)).toBe(wanted)
    else {
      const error = await failure(options)
      expect(error).toBeInstanceOf(errors.ConnectionError)
      expect(error).toMatchObject({ safeToRetry: true })
      expect(error.message).toMatch(REFUSALS[targetSessionAttrs]!)
      if (names.length > 1) expect((error as errors.ConnectError).errors).toHaveLength(names.length)
      for (const name of names) expect(error.message).toContain(`port ${ports.get(name)}`)
    }
    const theirs = await oracle.login(
      conninfo({
        host: names.map(() => "127.0.0.1").join(","),
        port: names.map((name) => ports.get(name)).join(","),
        user: primary.user,
        password: primary.password,
        dbname: primary.database,
        sslmode: "disable",
        gssencmode: "disable",
        target_session_attrs: targetSessionAttrs,
      }),
    )
    expect(theirs === "none").toBe(wanted !== undefined)
  })
})

describe("load balancing", () => {
  it("spreads sixty connects over all the hosts, dead ones aside", async () => {
    const options = to(["dead", "primary", "first", "second"], { loadBalanceHosts: "random" })
    const counts = new Map<Name, number>()
    for (let i = 0; i < 60; i++) {
      const name = await arrival(options)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual(["first", "primary", "second"])
    // Fewer than three out of sixty at a third each: once in some twenty million runs.
    for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(3)
  })

  it("keeps to the wanted kind of server", async () => {
    const options = to(["primary", "first", "second"], { loadBalanceHosts: "random", targetSessionAttrs: "standby" })
    const found = new Set<Name>()
    for (let i = 0; i < 50; i++) found.add(await arrival(options))
    expect([...found].sort()).toEqual(["first", "second"])
  })

  it("without it the first host gets all", async () => {
    const found = new Set<Name>()
    for (let i = 0; i < 10; i++) found.add(await arrival(to(["first", "primary", "second"])))
    expect([...found]).toEqual(["first"])
  })
})

describe("a host that does not answer", () => {
  it("is passed over after the connect timeout, a dead one at once", async () => {
    const names: readonly Name[] = ["silent", "dead", "silent", "first"]
    expect(await arrival(to(names, { connectTimeout: 200 }))).toBe("first")
  })

  it("has the timeout to itself: the next one gets all of it again", async () => {
    const error = await failure(to(["silent", "dead", "silent"], { connectTimeout: 200 }))
    expect(error).toBeInstanceOf(errors.ConnectError)
    const [one, two, three] = (error as errors.ConnectError).errors
    expect([one, two, three].map((reason) => reason?.constructor)).toEqual([
      errors.TimeoutError,
      errors.ConnectionError,
      errors.TimeoutError,
    ])
    expect(one?.message).toMatch(/no connection within 0\.2 s \(connect_timeout\)/)
    expect(two?.message).toContain("ECONNREFUSED")
  })

  it("does not hold up an abort", async () => {
    const controller = new AbortController()
    const promise = failure(to(["silent", "first"], { signal: controller.signal }))
    const reason = new Error("enough")
    await expect.poll(() => silent.open.length).toBeGreaterThan(0)
    controller.abort(reason)
    expect(await promise).toBe(reason)
  })
})

describe("a server that knows us and refuses ends the search", () => {
  it.each<[string, ConnectOptions, string]>([
    ["a wrong password", { password: "wrong" }, "28P01"],
    ["a database that is not there", { database: "nowhere" }, "3D000"],
    ["a role that is not there", { user: "nobody" }, "28P01"],
  ])("%s", async (_, more, code) => {
    const before = silent.connections.length
    const error = await failure(to(["primary", "silent"], { ...more, connectTimeout: 2000 }))
    expect(error).toMatchObject({ code })
    expect(silent.connections.length).toBe(before)
  })
})

describe("failover", () => {
  it("the killed primary's place is taken by the promoted standby", async () => {
    const writers = to(["primary", "first", "second"], { targetSessionAttrs: "read-write" })
    expect(await arrival(writers)).toBe("primary")
    await using before = await connect(writers)
    await primary.kill()
    const useIt = (): Promise<unknown> => before.value("select 1").catch((error: Error) => error)
    await expect.poll(useIt).toBeInstanceOf(errors.ConnectionError)
    expect((await failure(writers)).message).toMatch(
      /ECONNREFUSED[\s\S]*session is read-only[\s\S]*session is read-only/,
    )
    await first.promote()
    await expect.poll(() => arrival(writers).catch((error: Error) => error.message)).toBe("first")
    await using after = await connect(writers)
    await after.execute("create table after_failover (i int)")
    expect(await arrival(to(["primary", "first", "second"], { targetSessionAttrs: "prefer-standby" }))).toBe("second")
  })
})
