/**
 * One server for all the files of a `server-NN` project, started before the first and stopped after the last. Test files
 * reach it through `../test-server.ts`.
 */

import type { TestProject } from "vitest/node"
import { postgresVersions } from "../postgres-binaries.ts"
import { startTestServer } from "../server-source.ts"

/** What a test file may know of the shared server. */
export interface SharedServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly url: string
  /** The directory of its unix socket; `undefined` when it is not on this machine. */
  readonly socketDirectory: string | undefined
}

declare module "vitest" {
  export interface ProvidedContext {
    readonly sharedServer: SharedServer
  }
}

/** Starts the project's server; the function returned stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const name = project.config.env["PGLINE_TEST_VERSION"]
  const version = postgresVersions.find((known) => String(known) === name)
  if (version === undefined) {
    throw new Error(`the project ${project.name} names no PostgreSQL version`)
  }
  const server = await startTestServer({ version })
  project.provide("sharedServer", {
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database: server.database,
    url: server.url,
    socketDirectory: "socketDirectory" in server ? String(server.socketDirectory) : undefined,
  })
  return () => server.stop()
}
