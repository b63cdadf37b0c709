/**
 * A server whose certificate can be changed while it runs, so that a whole matrix needs one server only. Its users, all
 * with the password `secret`, stand for the methods and for the kinds of connection that `pg_hba.conf` knows.
 */

import { randomBytes } from "node:crypto"
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect as tlsConnect } from "node:tls"
import { connect } from "../../../src/index.ts"
import { type Certificates, makeCertificates, writeCertificates } from "../../generate/certificates.ts"
import { serverUser } from "../../support/postgres-binaries.ts"
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"

/** Everybody's password. */
export const PASSWORD = "secret"

/** Users by what the rules ask of them. */
const RULES: readonly string[] = [
  "local all all trust",
  "host all by_trust all trust",
  "host all by_password all password",
  "host all by_md5 all md5",
  "host all by_scram all scram-sha-256",
  "host all by_reject all reject",
  "hostssl all by_cert all cert",
  "hostssl all by_scram_and_cert all scram-sha-256 clientcert=verify-ca",
  "hostssl all only_tls all scram-sha-256",
  "hostnossl all only_plain all scram-sha-256",
  "hostssl all clear_or_scram all scram-sha-256",
  "hostnossl all clear_or_scram all password",
]

/** The user whom the rules ask for that method. */
export const USER_OF = {
  none: "by_trust",
  password: "by_password",
  md5: "by_md5",
  "scram-sha-256": "by_scram",
  cert: "by_cert",
  reject: "by_reject",
} as const

const USERS: readonly string[] = [...new Set(RULES.map((rule) => rule.split(" ")[2]!))].filter((name) => name !== "all")

/** The server's certificate: one of the generated ones, or none for no TLS. */
export type CertificateName = "none" | Exclude<keyof Certificates, "authority" | "ca" | "otherCa" | "crl">

/** A running server and the files a client may name. */
export class TlsServer {
  readonly server: PostgresServer
  /** Holds `ca.crt`, `otherCa.crt`, `ca.crl`, and `<name>.crt` and `<name>.key` of every certificate and of `clientByCert`. */
  readonly directory: string
  readonly certificates: Certificates
  #shown: CertificateName = "none"

  private constructor(server: PostgresServer, directory: string, certificates: Certificates) {
    this.server = server
    this.directory = directory
    this.certificates = certificates
  }

  /** Starts it, without TLS at first. */
  static async start(): Promise<TlsServer> {
    const certificates = await makeCertificates()
    const directory = await mkdtemp(join(tmpdir(), "pgline-certificates-"))
    await writeCertificates(certificates, directory)
    const { cert, key } = await certificates.authority.issue({ commonName: "by_cert" })
    await writeFile(join(directory, "clientByCert.crt"), cert)
    await writeFile(join(directory, "clientByCert.key"), key, { mode: 0o600 })
    const server = await startPostgres({ version: testVersion, hba: RULES })
    await using db = await connect({ host: server.socketDirectory, port: server.port, user: server.user })
    for (const user of USERS) {
      const encryption = user === "by_md5" ? "md5" : "scram-sha-256"
      await db.execute(`set password_encryption = '${encryption}'; create role ${user} login password '${PASSWORD}'`)
    }
    return new TlsServer(server, directory, certificates)
  }

  /** The path of a file in the directory. */
  file(name: string): string {
    return join(this.directory, name)
  }

  /** Makes the server show another certificate, or none; returns when new connections see that. */
  async show(name: CertificateName): Promise<void> {
    if (name === this.#shown) return
    if (name === "none") await this.server.configure({ ssl: "off" })
    else {
      const place = join(this.server.socketDirectory, `tls-${randomBytes(4).toString("hex")}`)
      await mkdir(place)
      const { [name]: pair, ca, crl } = this.certificates
      await this.#install(join(place, "key"), pair.key)
      await this.#install(join(place, "crt"), pair.cert)
      await this.#install(join(place, "ca"), ca)
      await this.#install(join(place, "crl"), crl)
      const account = serverUser()
      if (account) await chown(place, account.uid, account.gid)
      await this.server.configure({
        ssl: "on",
        ssl_cert_file: join(place, "crt"),
        ssl_key_file: join(place, "key"),
        ssl_ca_file: join(place, "ca"),
        ssl_crl_file: join(place, "crl"),
      })
    }
    this.server.reload()
    while (
      (await this.#presented()) !== (name === "none" ? undefined : firstCertificate(this.certificates[name].cert))
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    this.#shown = name
  }

  async stop(): Promise<void> {
    await this.server.stop("immediate")
    await rm(this.directory, { recursive: true })
  }

  async #install(path: string, text: string): Promise<void> {
    await writeFile(path, text, { mode: 0o600 })
    const account = serverUser()
    if (account) await chown(path, account.uid, account.gid)
    await chmod(path, 0o600)
  }

  /** The certificate that a client sees now, in base64. */
  async #presented(): Promise<string | undefined> {
    const { connect: tcpConnect } = await import("node:net")
    const socket = tcpConnect(this.server.port, this.server.host)
    const answer = await new Promise<string>((resolve, reject) => {
      socket.once("error", reject)
      socket.once("data", (data) => resolve(data.toString("latin1")))
      socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])) // SSLRequest
    })
    if (answer !== "S") {
      socket.destroy()
      return undefined
    }
    const secure = tlsConnect({ socket, rejectUnauthorized: false })
    await new Promise((resolve, reject) => {
      secure.once("secureConnect", resolve)
      secure.once("error", reject)
    })
    const { raw } = secure.getPeerCertificate()
    secure.destroy()
    return raw.toString("base64")
  }
}

function firstCertificate(pem: string): string {
  return pem.split("-----")[2]!.replaceAll(/\s/g, "")
}
