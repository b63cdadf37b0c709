/** Host names that have several addresses, in the resolver's order; and a resolver that does not answer. */

import { beforeEach, describe, expect, it, vi } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import { type BackendScript, startScriptedBackend } from "../../support/scripted-backend.ts"
import { failureAt } from "./hostile.ts"

const lookup = vi.hoisted(() => vi.fn())
vi.mock("node:dns/promises", () => ({ lookup }))

beforeEach(() => {
  lookup.mockReset()
})

function resolveTo(...addresses: string[]): void {
  lookup.mockResolvedValue(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })))
}

const welcoming: BackendScript = async (client) => {
  await client.login()
  await client.untilClosed()
}

const name: ConnectOptions = { host: "db.example.org", sslmode: "disable" }

describe("a name with several addresses", () => {
  it("is asked for all of them, in the order the system gives", async () => {
    resolveTo("127.0.0.1")
    await using backend = await startScriptedBackend(welcoming)
    await using db = await connect({ ...name, port: backend.port, user: "u" })
    expect(lookup.mock.calls).toEqual([["db.example.org", { all: true, order: "verbatim" }]])
    expect(db.info.host).toBe("db.example.org")
  })

  it("is tried at each until one takes us", async () => {
    resolveTo("::1", "127.0.0.1")
    await using backend = await startScriptedBackend(welcoming)
    await using db = await connect({ ...name, port: backend.port, user: "u" })
    expect(db.isClosed).toBe(false)
    expect(backend.connections).toHaveLength(1)
  })

  it("fails with the reason of each, told apart by the address", async () => {
    resolveTo("::1", "127.0.0.1")
    const backend = await startScriptedBackend([])
    await backend[Symbol.asyncDispose]()
    const error = await failureAt(backend, name)
    expect(error).toBeInstanceOf(errors.ConnectError)
    const reasons = (error as errors.ConnectError).errors.map((reason) => reason.message)
    expect(reasons).toEqual([
      expect.stringContaining(`server "db.example.org" (::1), port ${backend.port}: `),
      expect.stringContaining(`server "db.example.org" (127.0.0.1), port ${backend.port}: `),
    ])
    for (const reason of reasons) expect(error.message).toContain(reason)
  })

  it("is tried in random order when the load is to be balanced", async () => {
    resolveTo("::1", "127.0.0.1")
    const backend = await startScriptedBackend([])
    await backend[Symbol.asyncDispose]()
    const firsts = new Set<boolean>()
    for (let i = 0; i < 50; i++) {
      const error = (await failureAt(backend, { ...name, loadBalanceHosts: "random" })) as errors.ConnectError
      expect(error.errors).toHaveLength(2)
      firsts.add(error.errors[0]!.message.includes("(::1)"))
    }
    expect(firsts.size).toBe(2)
  })

  it("has the connect timeout for each of its addresses", async () => {
    resolveTo("127.0.0.1", "127.0.0.1")
    await using backend = await startScriptedBackend((client) => client.hang())
    const error = await failureAt(backend, { ...name, connectTimeout: 100 })
    expect((error as errors.ConnectError).errors.map((reason) => reason.constructor)).toEqual([
      errors.TimeoutError,
      errors.TimeoutError,
    ])
    expect(backend.connections).toHaveLength(2)
  })
})

describe("a resolver", () => {
  it("that knows no such name does not end the search", async () => {
    lookup.mockRejectedValueOnce(new Error("getaddrinfo ENOTFOUND"))
    lookup.mockResolvedValueOnce([{ address: "127.0.0.1", family: 4 }])
    await using backend = await startScriptedBackend(welcoming)
    await using db = await connect({
      ...name,
      host: ["no.example.org", "db.example.org"],
      port: backend.port,
      user: "u",
    })
    expect(db.info.host).toBe("db.example.org")
  })

  it.each([
    ["ENOTFOUND", false],
    ["EAI_AGAIN", true],
  ])("that says %s: transient is %s", async (code, transient) => {
    lookup.mockRejectedValue(Object.assign(new Error(`getaddrinfo ${code}`), { code }))
    await expect(connect({ ...name, user: "u" })).rejects.toMatchObject({
      transient,
      safeToRetry: true,
      cause: { code },
    })
    const several = connect({ ...name, host: ["a.example.org", "b.example.org"], user: "u" })
    await expect(several).rejects.toMatchObject({ transient, name: "ConnectError" })
  })

  it("that does not answer does not hold up an abort", async () => {
    lookup.mockReturnValue(new Promise(() => {}))
    const controller = new AbortController()
    const promise = connect({ ...name, user: "u", signal: controller.signal })
    await expect.poll(() => lookup.mock.calls.length).toBe(1)
    const reason = new Error("enough")
    controller.abort(reason)
    await expect(promise).rejects.toBe(reason)
  })

  it("is not asked when hostaddr is given", async () => {
    await using backend = await startScriptedBackend(welcoming)
    await using db = await connect({ ...name, hostaddr: "127.0.0.1", port: backend.port, user: "u" })
    expect(db.info.host).toBe("db.example.org")
    expect(lookup).not.toHaveBeenCalled()
  })
})
