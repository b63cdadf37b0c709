/** What a password costs: PBKDF2 once for all the connections of a process, as long as it is the same password. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import type { TestServer } from "../../support/server-source.ts"
import { startOwnServer } from "../../support/test-server.ts"

let server: TestServer

beforeAll(async () => {
  server = await startOwnServer({ hba: ["host all postgres all trust", "host all all all scram-sha-256"] })
  await using db = await connect(server.url)
  await db.execute("create role one login password 'secret one'; create role two login password 'secret two'")
  await db.execute("create role three login password 'secret three'; create role four login password 'secret four'")
})

afterAll(() => server.stop())

afterEach(() => {
  vi.restoreAllMocks()
})

function as(user: string, more: ConnectOptions = {}): ConnectOptions {
  const { host, port, database } = server
  return { host, port, database, user, password: `secret ${user}`, ...more }
}

it("ten connects with the same SCRAM password cost one PBKDF2", async () => {
  const derivations = vi.spyOn(crypto.subtle, "deriveBits")
  for (let i = 0; i < 10; i++) {
    await using db = await connect(as("one"))
    expect(await db.value("select current_user::text")).toBe("one")
  }
  expect(derivations).toHaveBeenCalledTimes(1)
})

it("ten connects at the same time cost one as well", async () => {
  const derivations = vi.spyOn(crypto.subtle, "deriveBits")
  const connections = await Promise.all(Array.from({ length: 10 }, () => connect(as("two"))))
  expect(derivations).toHaveBeenCalledTimes(1)
  await Promise.all(connections.map((db) => db.close()))
})

it("a wrong password is derived anew and refused, and spoils nothing", async () => {
  await (await connect(as("three"))).close()
  const derivations = vi.spyOn(crypto.subtle, "deriveBits")
  await expect(connect(as("three", { password: "wrong" }))).rejects.toBeInstanceOf(errors.InvalidPassword)
  expect(derivations).toHaveBeenCalledTimes(1)
  await (await connect(as("three"))).close()
  expect(derivations).toHaveBeenCalledTimes(1)
})

it("a new password of the same role has a new salt, and is derived anew", async () => {
  await (await connect(as("four"))).close()
  await using admin = await connect(server.url)
  await admin.execute("alter role four password 'secret four'")
  const derivations = vi.spyOn(crypto.subtle, "deriveBits")
  await (await connect(as("four"))).close()
  expect(derivations).toHaveBeenCalledTimes(1)
})
