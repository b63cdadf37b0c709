import { describe, expect, test } from "vitest"
import type { ConninfoOptions } from "../../../src/config/options.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { fakePlatform } from "./fake-platform.ts"

const resolve = (conninfo: string | ConninfoOptions, options?: ConninfoOptions, env: Record<string, string> = {}) =>
  resolveConfig(conninfo, options, { platform: fakePlatform({ env }) })

describe("combinations", () => {
  test("direct negotiation needs a mode that never falls back", () => {
    for (const mode of ["disable", "allow", "prefer"]) {
      expect(() => resolve(`sslnegotiation=direct sslmode=${mode}`)).toThrow(/with sslnegotiation=direct/)
    }
    expect(() => resolve("sslnegotiation=direct")).toThrow(/^sslmode \(from the default\)/)
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      expect(resolve(`sslnegotiation=direct sslmode=${mode}`).tls.negotiation).toBe("direct")
    }
  })

  test("the system's certificates mean verify-full", () => {
    expect(resolve("sslrootcert=system").tls.mode).toBe("verify-full")
    expect(resolve("sslrootcert=system sslmode=verify-full").tls.mode).toBe("verify-full")
    expect(resolve("", {}, { PGSSLROOTCERT: "system" }).tls.mode).toBe("verify-full")
    for (const mode of ["disable", "prefer", "require", "verify-ca"]) {
      expect(() => resolve(`sslrootcert=system sslmode=${mode}`)).toThrow(
        /must be "verify-full" with sslrootcert=system/,
      )
    }
    expect(() => resolve("sslrootcert=system", {}, { PGSSLMODE: "require" })).toThrow(/environment variable PGSSLMODE/)
  })

  test.each([
    ["ssl_min_protocol_version=tlsv1.3", ["TLSv1.3", undefined]],
    ["ssl_min_protocol_version='' ssl_max_protocol_version=TLSV1", [undefined, "TLSv1"]],
    ["ssl_max_protocol_version=TLSv1.2", ["TLSv1.2", "TLSv1.2"]],
  ])("%s", (text, versions) => {
    const { minVersion, maxVersion } = resolve(text).tls
    expect([minVersion, maxVersion]).toEqual(versions)
  })

  test.each([
    ["ssl_min_protocol_version=TLSv1.4", /must be one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3/],
    ["ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2", /exceeds/],
    ["ssl_max_protocol_version=TLSv1.1", /exceeds/],
    ["sslcertmode=always", /must be one of disable, allow, require/],
    ["sslkey=pkcs11:token", /engines are not supported/],
  ])("%s is refused", (text, problem) => {
    expect(() => resolve(text)).toThrow(ConfigError)
    expect(() => resolve(text)).toThrow(problem)
  })

  test("a path of Windows is not an engine", () => {
    expect(resolve("sslkey=C:\\\\keys\\\\k.pem").tls.keyPath).toBe("C:\\keys\\k.pem")
  })
})

describe("the caller's own tls options", () => {
  test("are kept as they are", () => {
    const tls = { ca: "PEM", ciphers: "x" }
    expect(resolve({ tls }).tls.extra!()).toBe(tls)
    expect(resolve("").tls.extra).toBeUndefined()
  })

  test.each([
    ["host", /"host" is governed by the option host/],
    ["port", /the option port/],
    ["socket", /the library/],
    ["ALPNProtocols", /the library/],
    ["servername", /the options host and hostaddr/],
  ])("cannot have %s", (name, problem) => {
    expect(() => resolve({ tls: { [name]: "x" } })).toThrow(problem)
  })

  test.each(["ca", "cert", "key", "passphrase", "crl"])("cannot have an empty %s", (name) => {
    for (const value of ["", [], new Uint8Array(), null]) {
      expect(() => resolve({ tls: { [name]: value } })).toThrow(`the option tls: "${name}" is empty`)
    }
  })

  test("cannot contradict sslmode", () => {
    for (const sslmode of ["verify-ca", "verify-full"] as const) {
      expect(() => resolve({ sslmode, tls: { rejectUnauthorized: false } })).toThrow(/contradicts sslmode=verify/)
    }
    expect(() => resolve({ sslmode: "require", tls: { rejectUnauthorized: false } })).not.toThrow()
  })

  test("cannot give what a file gives", () => {
    expect(() => resolve("sslrootcert=/r", { tls: { ca: "S3CRET" } })).toThrow(/^sslrootcert .*"ca" too/)
    expect(() => resolve("sslcert=/c", { tls: { cert: "x" } })).toThrow(/^sslcert/)
    expect(() => resolve("sslkey=/k", { tls: { key: "S3CRET" } })).toThrow(/^sslkey/)
    expect(() => resolve("sslpassword=p", { tls: { passphrase: "S3CRET" } })).toThrow(/^sslpassword/)
  })

  test("cannot weaken a version that was asked for", () => {
    expect(() => resolve("ssl_min_protocol_version=TLSv1.3", { tls: { minVersion: "TLSv1.2" } })).toThrow(
      /^ssl_min_protocol_version .*"minVersion" too/,
    )
    expect(() => resolve({ sslMaxProtocolVersion: "TLSv1.2", tls: { maxVersion: "TLSv1.3" } })).toThrow(/maxVersion/)
    expect(() => resolve({ tls: { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } })).not.toThrow()
  })

  test("cannot have a certificate that is never to be sent", () => {
    for (const tls of [{ cert: "x", key: "y" }, { pfx: "z" }]) {
      expect(() => resolve({ sslcertmode: "disable", tls })).toThrow(/^sslcertmode .*is "disable"/)
      expect(() => resolve({ tls })).not.toThrow()
    }
  })

  test.each([[5], ["x"], [null]])("%j are none", (tls) => {
    expect(() => resolve({ tls: tls as never })).toThrow(/the option tls: must be an object/)
  })
})
