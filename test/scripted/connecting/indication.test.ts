/** The name that a client gives away before anything is encrypted (SNI): only names, and only when that is wanted. */

import type { TLSSocket } from "node:tls"
import { beforeAll, expect, it } from "vitest"
import { type ConnectOptions, connect } from "../../../src/index.ts"
import { type Certificates, makeCertificates } from "../../generate/certificates.ts"
import { startScriptedBackend } from "../../support/scripted-backend.ts"
import { acceptTls } from "./hostile.ts"

let certificates: Certificates

beforeAll(async () => {
  certificates = await makeCertificates()
})

it.each<[ConnectOptions, string | false]>([
  [{ host: "localhost" }, "localhost"],
  [{ host: "localhost", sslsni: true }, "localhost"],
  [{ host: "localhost", sslsni: false }, false],
  [{ host: "127.0.0.1" }, false],
  [{ host: "::1" }, false],
  [{}, false],
])("%o indicates %s", async (options, expected) => {
  const names: unknown[] = []
  await using backend = await startScriptedBackend(
    async (client) => {
      await acceptTls(client)
      names.push((client.socket as TLSSocket & { readonly servername: unknown }).servername)
      await client.login()
      await client.untilClosed()
    },
    { tls: certificates.server },
  )
  const { port } = backend
  await using db = await connect({ hostaddr: "127.0.0.1", port, user: "u", sslmode: "require", ...options })
  expect(db.info.tls).toBeDefined()
  expect(names).toEqual([expected])
})
