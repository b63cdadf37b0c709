/**
 * What the files of `test/server`, `test/conformance` and `test/regression` import: the run's shared server, its
 * version, and servers of their own. A file keeps what it makes to a schema or database of its own and removes it.
 */

import { inject } from "vitest"
import { type PostgresVersion, postgresVersions } from "./postgres-binaries.ts"
import { startTestServer, type TestServer, type TestServerOptions } from "./server-source.ts"
import type { SharedServer } from "./vitest/shared-server.ts"

/** The version this project runs on. */
export const testVersion: PostgresVersion = ownVersion()

/** The shared server: SCRAM over TCP, superuser rights, default settings. */
export const sharedServer: SharedServer = inject("sharedServer")

/** A server of this version for one file alone, with settings of its own. */
export function startOwnServer(options: Omit<TestServerOptions, "version"> = {}): Promise<TestServer> {
  return startTestServer({ ...options, version: testVersion })
}

function ownVersion(): PostgresVersion {
  const version = postgresVersions.find((known) => String(known) === process.env["PGLINE_TEST_VERSION"])
  if (version === undefined) {
    throw new Error("this file belongs to a server-NN project; see vitest.config.ts")
  }
  return version
}
