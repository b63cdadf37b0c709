import "reflect-metadata"
import { createHash, webcrypto } from "node:crypto"
import { X509CertificateGenerator } from "@peculiar/x509"
import { describe, expect, test } from "vitest"
import { endPointBinding } from "../../../src/auth/channel-binding.ts"

const hash = (algorithm: string, data: Uint8Array) => new Uint8Array(createHash(algorithm).update(data).digest())

/** One DER element; contents over 127 bytes are not needed here. */
function element(tag: number, ...contents: (number | Uint8Array)[]): Uint8Array {
  const bytes = contents.flatMap((part) => (typeof part === "number" ? [part] : [...part]))
  return Uint8Array.from([tag, bytes.length, ...bytes])
}

function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split(".").map(Number)
  const bytes = [first! * 40 + second!, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f]
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) digits.unshift((more & 0x7f) | 0x80)
    return digits
  })
  return element(0x06, ...bytes)
}

/** The outermost shape of a certificate: body, signature algorithm, signature. */
const certificate = (...algorithm: Uint8Array[]) =>
  element(0x30, element(0x30, 1, 2, 3), element(0x30, ...algorithm), element(0x03, 0))

describe("the hash follows the signature", () => {
  test.each([
    ["RSA with MD5", "1.2.840.113549.1.1.4", "sha256"],
    ["RSA with SHA-1", "1.2.840.113549.1.1.5", "sha256"],
    ["RSA with SHA-224", "1.2.840.113549.1.1.14", "sha224"],
    ["RSA with SHA-256", "1.2.840.113549.1.1.11", "sha256"],
    ["RSA with SHA-384", "1.2.840.113549.1.1.12", "sha384"],
    ["RSA with SHA-512", "1.2.840.113549.1.1.13", "sha512"],
    ["RSA with SHA-512/256", "1.2.840.113549.1.1.16", "sha512-256"],
    ["RSA with SHA3-256", "2.16.840.1.101.3.4.3.14", "sha3-256"],
    ["ECDSA with SHA-1", "1.2.840.10045.4.1", "sha256"],
    ["ECDSA with SHA-256", "1.2.840.10045.4.3.2", "sha256"],
    ["ECDSA with SHA-384", "1.2.840.10045.4.3.3", "sha384"],
    ["ECDSA with SHA-512", "1.2.840.10045.4.3.4", "sha512"],
    ["ECDSA with SHA3-512", "2.16.840.1.101.3.4.3.12", "sha3-512"],
    ["DSA with SHA-256", "2.16.840.1.101.3.4.3.2", "sha256"],
  ])("%s", (_name, dotted, algorithm) => {
    const der = certificate(oid(dotted))
    expect(endPointBinding(der)).toEqual({ data: hash(algorithm, der) })
  })

  test.each([
    ["2.16.840.1.101.3.4.2.1", "sha256"],
    ["2.16.840.1.101.3.4.2.2", "sha384"],
    ["1.3.14.3.2.26", "sha256"],
  ])("RSASSA-PSS with the hash %s in its parameters", (dotted, algorithm) => {
    const parameters = element(0x30, element(0xa0, element(0x30, oid(dotted))))
    const der = certificate(oid("1.2.840.113549.1.1.10"), parameters)
    expect(endPointBinding(der)).toEqual({ data: hash(algorithm, der) })
  })

  test("RSASSA-PSS without one means SHA-1, which gives way to SHA-256", () => {
    const der = certificate(oid("1.2.840.113549.1.1.10"), element(0x30))
    expect(endPointBinding(der)).toEqual({ data: hash("sha256", der) })
  })

  test.each([
    ["RSASSA-PKCS1-v1_5", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }, "sha512"],
    ["RSA-PSS", { name: "RSA-PSS", hash: "SHA-384" }, "sha384"],
    ["ECDSA", { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }, "sha384"],
  ])("a real certificate, %s", async (_name, algorithm, expected) => {
    const rsa = algorithm.name.startsWith("RSA")
      ? { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), saltLength: 48 }
      : {}
    const parameters = { ...algorithm, ...rsa } as webcrypto.EcKeyGenParams
    const keys = await webcrypto.subtle.generateKey(parameters, true, ["sign", "verify"])
    const made = await X509CertificateGenerator.createSelfSigned({
      name: "CN=test",
      keys,
      signingAlgorithm: { ...algorithm, ...rsa },
    })
    const der = new Uint8Array(made.rawData)
    expect(endPointBinding(der)).toEqual({ data: hash(expected, der) })
  })
})

describe("CVE-2026-54291, CVE-2026-53712: a signature without a hash of its own is named, not papered over", () => {
  test.each([
    ["1.3.101.112", "Ed25519"],
    ["1.3.101.113", "Ed448"],
    ["2.16.840.1.101.3.4.3.18", "ML-DSA-65"],
    ["1.2.3.4", "the algorithm 1.2.3.4"],
  ])("%s", (dotted, name) => {
    const { data, problem } = endPointBinding(certificate(oid(dotted)))
    expect(data).toBeUndefined()
    expect(problem).toBe(`the server's certificate is signed with ${name}, for which channel binding is not defined`)
  })

  test("RSASSA-PSS with an unknown hash", () => {
    const parameters = element(0x30, element(0xa0, element(0x30, oid("1.2.3.4"))))
    expect(endPointBinding(certificate(oid("1.2.840.113549.1.1.10"), parameters)).problem).toMatch(/RSASSA-PSS/)
  })

  test("a real certificate, Ed25519", async () => {
    const keys = (await webcrypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as webcrypto.CryptoKeyPair
    const made = await X509CertificateGenerator.createSelfSigned({
      name: "CN=test",
      keys,
      signingAlgorithm: { name: "Ed25519" },
    })
    expect(endPointBinding(new Uint8Array(made.rawData)).problem).toMatch(/Ed25519/)
  })
})

test("what is no certificate is said to be none", () => {
  const good = certificate(oid("1.2.840.113549.1.1.11"))
  for (let length = 0; length < good.length; length++) {
    const cut = endPointBinding(good.subarray(0, length))
    expect(cut.problem).toBe("the server's certificate cannot be parsed")
  }
  for (const bytes of [
    [0x30, 0x80, 0, 0],
    [0x30, 0x84, 255, 255, 255, 255],
    [0x30, 0x85, 0, 0, 0, 0, 0],
    [5, 0],
  ]) {
    expect(endPointBinding(Uint8Array.from(bytes)).problem).toMatch(/cannot be parsed/)
  }
})
