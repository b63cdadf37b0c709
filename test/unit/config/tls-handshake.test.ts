import { describe, expect, test } from "vitest"
import type { ConninfoOptions } from "../../../src/config/options.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { tlsHandshake } from "../../../src/config/tls-handshake.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { type FakeFile, type FakePlatformOptions, fakePlatform, OWN_UID } from "./fake-platform.ts"

const DIRECTORY = "/home/me/.postgresql"
/** All that is looked for in a file of root certificates. */
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\n"
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)

function handshake(conninfo: string, options: ConninfoOptions = {}, platform: FakePlatformOptions = {}) {
  const fake = fakePlatform(platform)
  const config = resolveConfig(conninfo, options, { platform: fake })
  return tlsHandshake(config.tls, config.hosts[0]!, fake)
}

const withFiles = (conninfo: string, files: Record<string, FakeFile | string>, options: ConninfoOptions = {}) =>
  handshake(conninfo, options, { files })

describe("what is verified", () => {
  const ROOT = { [`${DIRECTORY}/root.crt`]: CERTIFICATE }

  test.each(["allow", "prefer", "require"])("nothing with sslmode=%s and no root certificate", (mode) => {
    const { verifyChain, verifyName, ca } = handshake(`host=h sslmode=${mode}`)
    expect({ verifyChain, verifyName, ca }).toEqual({ verifyChain: false, verifyName: undefined, ca: undefined })
  })

  test.each(["allow", "prefer", "require", "verify-ca"])("the chain with sslmode=%s and a root certificate", (mode) => {
    const { verifyChain, verifyName, ca } = withFiles(`host=h sslmode=${mode}`, ROOT)
    expect({ verifyChain, verifyName }).toEqual({ verifyChain: true, verifyName: undefined })
    expect(text((ca as Uint8Array[])[0])).toBe(CERTIFICATE)
  })

  test("chain and name with verify-full", () => {
    const { verifyChain, verifyName } = withFiles("host=h hostaddr=::1 sslmode=verify-full", ROOT)
    expect({ verifyChain, verifyName }).toEqual({ verifyChain: true, verifyName: "h" })
    expect(withFiles("host=10.0.0.1 sslmode=verify-full", ROOT).verifyName).toBe("10.0.0.1")
  })

  test("CVE-2018-10936: the caller's own tls options don't take the name check away", () => {
    const tls = { ca: "PEM", checkServerIdentity: () => undefined }
    const result = handshake("host=h sslmode=verify-full", { tls })
    expect(result).toMatchObject({ verifyChain: true, verifyName: "h", ca: undefined })
  })

  test("verify-full needs a name to check", () => {
    expect(() => withFiles("hostaddr=::1 sslmode=verify-full", ROOT)).toThrow(/needs a host name besides hostaddr/)
  })

  test("the system's certificates", () => {
    expect(handshake("host=h sslrootcert=system")).toMatchObject({ verifyChain: true, verifyName: "h", ca: "system" })
  })

  test.each(["verify-ca", "verify-full"])("%s is refused without a root certificate", (mode) => {
    expect(() => handshake(`host=h sslmode=${mode}`)).toThrow(ConfigError)
    expect(() => handshake(`host=h sslmode=${mode}`)).toThrow(
      /"\/home\/me\/.postgresql\/root.crt" does not exist; set ssl/,
    )
    expect(() => handshake(`host=h sslmode=${mode} sslrootcert=/r`)).toThrow(/"\/r" does not exist/)
    expect(() => handshake(`host=h sslmode=${mode}`, {}, { home: undefined })).toThrow(/no home directory/)
  })

  test("a named root certificate", () => {
    expect(text((withFiles("host=h sslrootcert=/r", { "/r": CERTIFICATE }).ca as Uint8Array[])[0])).toBe(CERTIFICATE)
    expect(withFiles("host=h sslrootcert=/r", ROOT).verifyChain).toBe(false)
    for (const other of ["", "R", "-----BEGIN PRIVATE KEY-----"]) {
      expect(() => withFiles("host=h sslrootcert=/r", { "/r": other })).toThrow(/"\/r" has no certificate \(PEM\)$/)
    }
    expect(() => withFiles("host=h sslrootcert=/r", { "/r": { unreadable: true } })).toThrow(/sslrootcert: .* be read$/)
  })

  test("the caller may ask for more than sslmode does", () => {
    expect(handshake("host=h", { tls: { rejectUnauthorized: true } }).verifyChain).toBe(true)
    expect(handshake("host=h", { tls: { ca: "PEM" } }).verifyChain).toBe(true)
  })
})

describe("revocation lists", () => {
  const ROOT = { "/r": CERTIFICATE }
  const lists = (conninfo: string, files: Record<string, FakeFile | string>) =>
    withFiles(`host=h sslrootcert=/r ${conninfo}`, { ...ROOT, ...files }).crl?.map(text)

  test.each<[string, Record<string, string>, string[] | undefined]>([
    ["", {}, undefined],
    ["", { [`${DIRECTORY}/root.crl`]: "D" }, ["D"]],
    ["sslcrl=/c", { "/c": "C", [`${DIRECTORY}/root.crl`]: "D" }, ["C"]],
    ["sslcrl=/c", { [`${DIRECTORY}/root.crl`]: "D" }, undefined],
    ["sslcrldir=/d", { "/d/0123abcd.r0": "1", "/d/0123abcd.r1": "2", "/d/readme": "x" }, ["1", "2"]],
    ["sslcrl=/c sslcrldir=/d", { "/c": "C", "/d/0123abcd.r0": "1" }, ["C", "1"]],
    ["sslcrldir=/d", { [`${DIRECTORY}/root.crl`]: "D" }, undefined],
  ])("%j with %j", (conninfo, files, expected) => {
    expect(lists(conninfo, files)).toEqual(expected)
  })

  test("don't count where nothing is verified", () => {
    expect(withFiles("host=h", { [`${DIRECTORY}/root.crl`]: "D" }).crl).toBeUndefined()
  })
})

describe("the client's certificate", () => {
  const CERT = { [`${DIRECTORY}/postgresql.crt`]: "C" }
  const KEY = `${DIRECTORY}/postgresql.key`

  test("is in the default place", () => {
    const result = withFiles("host=h", { ...CERT, [KEY]: "K" })
    expect([text(result.cert), text(result.key), result.hasClientCertificate]).toEqual(["C", "K", true])
  })

  test("can be named, and its key be encrypted", () => {
    const result = withFiles("host=h sslcert=/c sslkey=/k sslpassword=pw", { "/c": "C", "/k": "K" })
    expect([text(result.cert), text(result.key), result.passphrase]).toEqual(["C", "K", "pw"])
  })

  test("may be missing, even when it is named", () => {
    for (const conninfo of ["host=h", "host=h sslcert=/none"]) {
      expect(handshake(conninfo)).toMatchObject({ cert: undefined, key: undefined, hasClientCertificate: false })
    }
  })

  test("is not sent with sslcertmode=disable", () => {
    const result = withFiles("host=h sslcertmode=disable", { ...CERT, [KEY]: "K" })
    expect(result).toMatchObject({ cert: undefined, key: undefined, hasClientCertificate: false })
  })

  test("of the caller's own comes before the files", () => {
    const result = withFiles("host=h", { ...CERT, [KEY]: "K" })
    expect(result.hasClientCertificate).toBe(true)
    const own = handshake("host=h", { tls: { cert: "PEM", key: "PEM" } }, { files: { ...CERT, [KEY]: "K" } })
    expect(own).toMatchObject({ cert: undefined, key: undefined, hasClientCertificate: true })
    const mixed = handshake("host=h", { tls: { key: "PEM" } }, { files: CERT })
    expect([text(mixed.cert), mixed.key]).toEqual(["C", undefined])
  })

  test("needs a key", () => {
    expect(() => withFiles("host=h", CERT)).toThrow(/a certificate ".*postgresql.crt" but no private key file/)
    expect(() => withFiles("host=h sslkey=/k", CERT)).toThrow(/no private key file "\/k"/)
  })

  test.each<[string, FakeFile]>([
    ["own, 0600", { status: { mode: 0o600 } }],
    ["own, 0400", { status: { mode: 0o400 } }],
    ["root's, 0640", { status: { mode: 0o640, uid: 0 } }],
  ])("a key file that is %s will do", (_name, file) => {
    expect(text(withFiles("host=h", { ...CERT, [KEY]: { text: "K", ...file } }).key)).toBe("K")
  })

  test.each<[string, FakeFile, RegExp]>([
    ["own, 0640", { status: { mode: 0o640 } }, /group or world access/],
    ["own, 0604", { status: { mode: 0o604 } }, /group or world access/],
    ["root's, 0644", { status: { mode: 0o644, uid: 0 } }, /group or world access/],
    ["root's, 0660", { status: { mode: 0o660, uid: 0 } }, /group or world access/],
    ["another's", { status: { mode: 0o600, uid: OWN_UID + 1 } }, /owned by the current user or root/],
    ["a directory", { status: { isFile: false } }, /not a plain file/],
    ["unreadable", { unreadable: true }, /sslkey: the file .* cannot be read$/],
  ])("a key file that is %s will not", (_name, file, problem) => {
    expect(() => withFiles("host=h", { ...CERT, [KEY]: file })).toThrow(ConfigError)
    expect(() => withFiles("host=h", { ...CERT, [KEY]: file })).toThrow(problem)
  })

  test("has no permissions to check on Windows", () => {
    const files = { "A/postgresql/postgresql.crt": "C", "A/postgresql/postgresql.key": { status: { mode: 0o666 } } }
    expect(handshake("host=h", {}, { isWindows: true, env: { APPDATA: "A" }, files }).hasClientCertificate).toBe(true)
  })
})

describe("server name indication", () => {
  test.each([
    ["host=db.example.org", "db.example.org"],
    ["host=db.example.org hostaddr=::1", "db.example.org"],
    ["host=db.example.org sslsni=0", undefined],
    ["host=10.0.0.1", undefined],
    ["host=::1", undefined],
    ["hostaddr=::1", undefined],
  ])("%s", (conninfo, expected) => {
    expect(handshake(conninfo).servername).toBe(expected)
  })
})
