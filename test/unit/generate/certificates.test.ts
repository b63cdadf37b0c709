import { createPrivateKey, X509Certificate } from "node:crypto"
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, createServer, type TLSSocket } from "node:tls"
import { describe, expect, it } from "vitest"
import { type Certificates, type KeyPair, makeCertificates, writeCertificates } from "../../generate/certificates.ts"

const certificates: Certificates = await makeCertificates()

/** Connects a client to a server with these certificates; resolves to "ok" or the error's code at either end. */
async function handshake(server: KeyPair, servername: string, options: { client?: KeyPair; crl?: string } = {}) {
  const listener = createServer({ ...server, ca: certificates.ca, requestCert: options.client !== undefined })
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))
  const address = listener.address()
  const port = typeof address === "object" ? (address?.port ?? 0) : 0
  try {
    return await new Promise<string>((resolve) => {
      const refused = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
      listener.on("tlsClientError", refused)
      listener.on("secureConnection", (socket: TLSSocket) => {
        socket.on("error", () => undefined)
        socket.end("ok")
      })
      const crl = options.crl === undefined ? {} : { crl: options.crl }
      const socket = connect({ port, host: "127.0.0.1", servername, ca: certificates.ca, ...options.client, ...crl })
      socket.on("error", refused)
      socket.on("data", (data) => resolve(data.toString()))
    })
  } finally {
    await new Promise((resolve) => listener.close(resolve))
  }
}

describe("certificates", () => {
  it.each([
    "server",
    "serverRsa",
    "serverEd25519",
    "serverSha384",
    "serverOfIntermediate",
    "serverWithoutAddress",
  ] as const)("%s is good for localhost", async (name) => {
    expect(await handshake(certificates[name], "localhost")).toBe("ok")
  })

  it.each([
    ["serverExpired", "localhost", "CERT_HAS_EXPIRED"],
    ["serverWrongName", "localhost", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["serverOfOtherCa", "localhost", "CERT_SIGNATURE_FAILURE"],
    ["serverWildcard", "wild.example", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["serverWildcard", "a.wild.example", "ok"],
  ] as const)("%s for %s: %s", async (name, servername, expected) => {
    expect(await handshake(certificates[name], servername)).toBe(expected)
  })

  it("has a list that takes back the revoked ones and no other", async () => {
    const { crl, server, serverRevoked } = certificates
    expect(await handshake(serverRevoked, "localhost", { crl })).toBe("CERT_REVOKED")
    expect(await handshake(serverRevoked, "localhost")).toBe("ok")
    expect(await handshake(server, "localhost", { crl })).toBe("ok")
  })

  it("has addresses and names where they belong", () => {
    expect(new X509Certificate(certificates.server.cert).subjectAltName).toBe(
      "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    )
    expect(new X509Certificate(certificates.serverCommonNameOnly.cert).subjectAltName).toBeUndefined()
  })

  it("signs clients", async () => {
    const { server, client, clientExpired, clientOfOtherCa } = certificates
    expect(await handshake(server, "localhost", { client })).toBe("ok")
    expect(await handshake(server, "localhost", { client: clientExpired })).not.toBe("ok")
    expect(await handshake(server, "localhost", { client: clientOfOtherCa })).not.toBe("ok")
    expect(new X509Certificate(client.cert).subject).toBe("CN=postgres")
  })

  it("goes into files whose keys are private", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pgline-certificates-"))
    try {
      await writeCertificates(certificates, directory)
      const keys = (await readdir(directory)).filter((name) => name.endsWith(".key"))
      expect(keys).toContain("serverEd25519.key")
      for (const key of keys) {
        expect((await stat(join(directory, key))).mode & 0o077).toBe(0)
        const certificate = new X509Certificate(await readFile(join(directory, key.replace(".key", ".crt"))))
        expect(certificate.checkPrivateKey(createPrivateKey(await readFile(join(directory, key))))).toBe(true)
      }
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
