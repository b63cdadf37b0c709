/** A server with TLS, and the real libpq to ask the same of it, for the time of one test file. */

import { afterAll, beforeAll } from "vitest"
import { LibpqOracle } from "../../conformance/libpq-oracle.ts"
import { type CertificateName, TlsServer } from "./tls-server.ts"

/** What a test file has while its tests run. */
export interface BesideLibpq {
  readonly tls: TlsServer
  readonly oracle: LibpqOracle
}

/** Has both started before the file's tests and stopped behind them; the server shows the certificate at first. */
export function startBesideLibpq(certificate: CertificateName = "none"): BesideLibpq {
  const started: { -readonly [K in keyof BesideLibpq]?: BesideLibpq[K] } = {}
  beforeAll(async () => {
    started.tls = await TlsServer.start()
    await started.tls.show(certificate)
    started.oracle = await LibpqOracle.start(18, { HOME: "/nonexistent" })
  })
  afterAll(async () => {
    await started.oracle?.stop()
    await started.tls?.stop()
  })
  return {
    get tls() {
      return started.tls!
    },
    get oracle() {
      return started.oracle!
    },
  }
}
