import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { chooseMechanism, type SaslCircumstances } from "../../../src/auth/sasl-mechanism.ts"

const list = (...names: string[]) => Buffer.from([...names, ""].map((name) => `${name}\0`).join(""))
const PLUS = "SCRAM-SHA-256-PLUS"
const PLAIN = "SCRAM-SHA-256"

/** The outer shape of certificates signed by RSA with SHA-256, and by Ed25519. */
const RSA = Uint8Array.from([0x30, 0x0f, 0x30, 0x00, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11])
const ED25519 = Uint8Array.from([0x30, 0x09, 0x30, 0x00, 0x30, 0x05, 6, 3, 0x2b, 0x65, 0x70])
const RSA_BINDING = new Uint8Array(createHash("sha256").update(RSA).digest())

const circumstances = (
  channelBinding: SaslCircumstances["channelBinding"],
  sslInUse: boolean,
  serverCertificate?: Uint8Array,
): SaslCircumstances => ({ channelBinding, sslInUse, serverCertificate })

describe("the choice", () => {
  test.each<[string, Buffer, SaslCircumstances, string, string]>([
    ["TLS, both offered", list(PLUS, PLAIN), circumstances("prefer", true, RSA), PLUS, "used"],
    ["TLS, both offered, plain first", list(PLAIN, PLUS), circumstances("prefer", true, RSA), PLUS, "used"],
    ["TLS, required", list(PLUS), circumstances("require", true, RSA), PLUS, "used"],
    ["TLS, only plain offered", list(PLAIN), circumstances("prefer", true, RSA), PLAIN, "unoffered"],
    ["TLS, forbidden", list(PLUS, PLAIN), circumstances("disable", true, RSA), PLAIN, "none"],
    ["TLS, forbidden and not offered", list(PLAIN), circumstances("disable", true, RSA), PLAIN, "none"],
    ["TLS, no hash for the certificate", list(PLUS, PLAIN), circumstances("prefer", true, ED25519), PLAIN, "none"],
    ["TLS, certificate unknown", list(PLUS, PLAIN), circumstances("prefer", true), PLAIN, "none"],
    ["no TLS", list(PLAIN), circumstances("prefer", false), PLAIN, "none"],
    ["unknown names beside", list("X", PLAIN, "Y"), circumstances("prefer", false), PLAIN, "none"],
    ["OAuth alone", list("OAUTHBEARER"), circumstances("prefer", true, RSA), "OAUTHBEARER", "none"],
    ["OAuth beside SCRAM", list("OAUTHBEARER", PLAIN), circumstances("prefer", false), PLAIN, "none"],
  ])("%s", (_name, body, given, mechanism, kind) => {
    const choice = chooseMechanism(body, given)
    expect(choice).toMatchObject({ mechanism, binding: { kind } })
    if (kind === "used") expect(choice).toMatchObject({ binding: { data: RSA_BINDING } })
  })
})

describe("the refusal", () => {
  test.each<[string, Buffer, SaslCircumstances, RegExp]>([
    [
      "-PLUS offered without TLS",
      list(PLUS, PLAIN),
      circumstances("prefer", false),
      /offers SCRAM-SHA-256-PLUS without TLS/,
    ],
    ["-PLUS offered without TLS, forbidden", list(PLUS, PLAIN), circumstances("disable", false), /without TLS/],
    ["required without TLS", list(PLAIN), circumstances("require", false), /require, but TLS is not in use/],
    [
      "required but not offered",
      list(PLAIN),
      circumstances("require", true, RSA),
      /require, but the server does not offer/,
    ],
    ["required but OAuth", list("OAUTHBEARER"), circumstances("require", true, RSA), /does not offer/],
    [
      "CVE-2026-54291: required, certificate signed with Ed25519",
      list(PLUS, PLAIN),
      circumstances("require", true, ED25519),
      /require, but the server's certificate is signed with Ed25519/,
    ],
    ["required, certificate unknown", list(PLUS), circumstances("require", true), /certificate is not known/],
    ["nothing known offered", list("KERBEROS"), circumstances("prefer", false), /no SASL mechanism that is supported/],
    ["nothing offered", list(), circumstances("prefer", false), /no SASL mechanism that is supported/],
    ["empty", Buffer.from([]), circumstances("prefer", false), /malformed/],
    ["no terminator", Buffer.from(PLAIN), circumstances("prefer", false), /malformed/],
    ["no last terminator", Buffer.from(`${PLAIN}\0`), circumstances("prefer", false), /malformed/],
    ["bytes after the end", Buffer.from(`${PLAIN}\0\0x`), circumstances("prefer", false), /malformed/],
  ])("%s", (_name, body, given, problem) => {
    expect(chooseMechanism(body, given).problem).toMatch(problem)
  })
})
