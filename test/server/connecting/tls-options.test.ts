/** The options of TLS that no matrix has: where certificates, keys and lists come from, versions, and what info tells. */

import { execFile } from "node:child_process"
import { createPrivateKey } from "node:crypto"
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import { difference, outcomeOf, type Refusal } from "./outcome.ts"
import { PASSWORD, TlsServer } from "./tls-server.ts"

let tls: TlsServer

beforeAll(async () => {
  tls = await TlsServer.start()
  await tls.show("server")
})

afterAll(() => tls.stop())

function to(more: ConnectOptions): ConnectOptions {
  const { port } = tls.server
  const where: ConnectOptions = { host: "localhost", hostaddr: "127.0.0.1", port, database: "postgres" }
  return { ...where, user: "by_scram", password: PASSWORD, sslmode: "verify-full", ...more }
}

const FOREIGN: Refusal = {
  is: "TlsFailure",
  text: /certificate does not come from an authority that is trusted \(sslmode=verify-full, sslrootcert=system\)/,
}

describe("sslrootcert=system", () => {
  it("trusts what the system trusts, which is not our authority", async () => {
    expect(difference(await outcomeOf(to({ sslrootcert: "system" })), FOREIGN)).toBeUndefined()
  })

  it("means verify-full when no sslmode is given, and nothing less", async () => {
    const options = to({ sslrootcert: "system", sslmode: undefined })
    expect(difference(await outcomeOf(options), FOREIGN)).toBeUndefined()
    const weaker: Refusal = { is: "ConfigError", text: /sslmode .*must be "verify-full" with sslrootcert=system/ }
    expect(difference(await outcomeOf({ ...options, sslmode: "require" }), weaker)).toBeUndefined()
  })

  it("is taken from where the system says", async () => {
    const source = fileURLToPath(new URL("../../../src/index.ts", import.meta.url))
    const script = `
      import { connect } from ${JSON.stringify(source)}
      await using db = await connect(${JSON.stringify(to({ sslrootcert: "system" }))})
      process.stdout.write(String(db.info.tls.authorized))`
    const env = { PATH: process.env["PATH"], SSL_CERT_FILE: tls.file("ca.crt") }
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env })
    expect(stdout).toBe("true")
  })
})

describe("revocation lists", () => {
  it("are found in sslcrldir by the names that c_rehash gives", async () => {
    await tls.show("serverRevoked")
    await mkdir(tls.file("lists"))
    const options = to({ sslrootcert: tls.file("ca.crt"), sslcrldir: tls.file("lists") })
    await copyFile(tls.file("ca.crl"), tls.file("lists/a-list.crl"))
    expect(await outcomeOf(options)).toBe("tls")
    await copyFile(tls.file("ca.crl"), tls.file("lists/01234567.r0"))
    const revoked: Refusal = {
      is: "TlsFailure",
      text: /has been revoked, as a list says that sslcrl or sslcrldir names/,
    }
    expect(difference(await outcomeOf(options), revoked)).toBeUndefined()
    await tls.show("server")
    expect(await outcomeOf(options)).toBe("tls")
  })
})

describe("certificates and keys", () => {
  const withKey = (more: ConnectOptions): ConnectOptions =>
    to({ user: "by_cert", sslrootcert: tls.file("ca.crt"), sslcert: tls.file("clientByCert.crt"), ...more })

  it("a key may be encrypted, and sslpassword opens it", async () => {
    const key = createPrivateKey(await readFile(tls.file("clientByCert.key")))
    const sealed = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "S3CRET" })
    await writeFile(tls.file("sealed.key"), sealed, { mode: 0o600 })
    const sslkey = tls.file("sealed.key")
    expect(await outcomeOf(withKey({ sslkey, sslpassword: "S3CRET" }))).toBe("tls")
    for (const sslpassword of ["other S3CRET", undefined]) {
      const outcome = await outcomeOf(withKey({ sslkey, sslpassword }))
      expect(difference(outcome, { is: "TlsFailure", text: /TLS failed: / })).toBeUndefined()
      expect(String((outcome as { error: Error }).error.stack)).not.toContain("S3CRET")
    }
  })

  it("may be given as contents", async () => {
    const ca = await readFile(tls.file("ca.crt"), "utf8")
    const cert = await readFile(tls.file("clientByCert.crt"), "utf8")
    const key = await readFile(tls.file("clientByCert.key"), "utf8")
    expect(await outcomeOf(to({ user: "by_cert", tls: { ca, cert, key } }))).toBe("tls")
    expect(await outcomeOf(to({ user: "by_cert", tls: { ca, cert, key }, sslcertmode: "require" }))).toBe("tls")
  })

  it("are read anew for each connection", async () => {
    const sslrootcert = tls.file("changing.crt")
    await copyFile(tls.file("otherCa.crt"), sslrootcert)
    expect(await outcomeOf(to({ sslrootcert }))).toMatchObject({ error: { code: "PGLINE_TLS" } })
    await copyFile(tls.file("ca.crt"), sslrootcert)
    expect(await outcomeOf(to({ sslrootcert }))).toBe("tls")
  })
})

describe("versions", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)("%s alone", async (version) => {
    const sslrootcert = tls.file("ca.crt")
    const range: ConnectOptions = { sslMinProtocolVersion: version, sslMaxProtocolVersion: version }
    await using db = await connect(to({ sslrootcert, ...range }))
    expect(db.info.tls).toMatchObject({ protocol: version, authorized: true })
    expect(db.info.tls?.cipher).toMatch(/AES|CHACHA20/)
    expect(await db.value("select version from pg_stat_ssl where pid = pg_backend_pid()")).toBe(version)
  })

  it("that the server does not speak are told apart", async () => {
    await tls.server.configure({ ssl_min_protocol_version: "TLSv1.3" })
    tls.server.reload()
    const options = to({ sslrootcert: tls.file("ca.crt"), sslMaxProtocolVersion: "TLSv1.2" })
    const wanted: Refusal = {
      is: "TlsFailure",
      text: /no protocol version in common \(ssl_min_protocol_version, ssl_max_protocol_version\)/,
    }
    await expect.poll(async () => difference(await outcomeOf(options), wanted)).toBeUndefined()
    await tls.server.configure({ ssl_min_protocol_version: "TLSv1.2" })
    tls.server.reload()
    await expect.poll(() => outcomeOf(options)).toBe("tls")
  })
})

it("what a user of the library sees of a failed check is a ConnectionError with the check's own error as its cause", async () => {
  const error = await connect(to({ sslrootcert: tls.file("otherCa.crt") })).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(errors.ConnectionError)
  expect(error).toMatchObject({ code: "PGLINE_TLS", safeToRetry: true, cause: expect.any(Error) })
})
