/** Cancelling over every kind of connection and both versions of the protocol; a password file that is out of date. */

import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import { testVersion } from "../../support/test-server.ts"
import { PASSWORD, TlsServer } from "./tls-server.ts"

let tls: TlsServer

beforeAll(async () => {
  tls = await TlsServer.start()
  await tls.show("server")
})

afterAll(() => tls.stop())

function to(more: ConnectOptions): ConnectOptions {
  const { host, port } = tls.server
  return { host, port, database: "postgres", user: "by_scram", password: PASSWORD, ...more }
}

const verified = (): ConnectOptions => ({ sslmode: "verify-full", sslrootcert: tls.file("ca.crt") })

const kinds: readonly (readonly [string, () => ConnectOptions])[] = [
  ["no TLS", () => ({ sslmode: "disable" })],
  ["TLS", verified],
  [
    "TLS with a client certificate",
    () => ({
      ...verified(),
      user: "by_scram_and_cert",
      sslcert: tls.file("client.crt"),
      sslkey: tls.file("client.key"),
      sslcertmode: "require",
    }),
  ],
  ["TLS, begun directly", () => ({ ...verified(), ...(testVersion >= 17 ? { sslnegotiation: "direct" } : {}) })],
  ["a unix socket", () => ({ host: tls.server.socketDirectory })],
]

describe.each([["3.0"], ["latest"]])("protocol %s", (maxProtocolVersion) => {
  it("is the newest that both sides speak", async () => {
    await using db = await connect(to({ maxProtocolVersion }))
    expect(db.info.protocolVersion).toBe(maxProtocolVersion === "latest" && testVersion >= 18 ? "3.2" : "3.0")
    expect(await db.value("select 1")).toBe(1)
  })

  it.each(kinds)("a statement is stopped over %s, and the next one is not", async (_, options) => {
    await using db = await connect(to({ ...options(), maxProtocolVersion }))
    const sleep = db.query("select pg_sleep(60)").catch((error: unknown) => error)
    await using other = await connect(to({ host: tls.server.socketDirectory, user: "postgres" }))
    const pid = db.info.backendPid
    const isSleeping = (): Promise<unknown> =>
      other.value("select query ~ 'pg_sleep' and state = 'active' from pg_stat_activity where pid = $1", [pid])
    await expect.poll(isSleeping).toBe(true)
    await db.cancel()
    expect(await sleep).toBeInstanceOf(errors.QueryCanceled)
    expect(await db.value("select 2")).toBe(2)
  })
})

it("min_protocol_version=3.2 is refused by servers before 18", async () => {
  const promise = connect(to({ minProtocolVersion: "3.2" }))
  if (testVersion >= 18) {
    await using db = await promise
    expect(db.info.protocolVersion).toBe("3.2")
    return
  }
  await expect(promise).rejects.toThrow(/the server speaks protocol 3\.0 at most, and min_protocol_version is 3\.2/)
})

describe("a wrong password", () => {
  it("of the password file: the error names the file, not the password", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pgline-passfile-"))
    const passfile = join(directory, "pgpass")
    await writeFile(passfile, "*:*:*:*:0utdated\n", { mode: 0o600 })
    const error = await connect(to({ password: undefined, passfile })).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.InvalidPassword)
    expect(error).toMatchObject({ code: "28P01", hint: `The password comes from the password file "${passfile}".` })
    expect(String(error)).toContain(passfile)
    expect(JSON.stringify(error)).not.toContain("0utdated")
    await rm(directory, { recursive: true })
  })

  it("of the options: no file is named", async () => {
    const error = await connect(to({ password: "wrong" })).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: "28P01", hint: undefined })
  })
})
