/**
 * How the tests run. One project a kind of test; the `server-NN` projects run the same files over each PostgreSQL
 * version named in PGLINE_TEST_VERSIONS (default 18; for instance `14,18`), and so do the `peers-NN`, whose files
 * (`*.peer.test.ts`) hold pgline against programs that npm does not bring: PgBouncer, psql, libpq by a C compiler.
 * PGLINE_TEST_SERVERS says where the servers come from: `embedded` (default), `containers`, or the URL of an existing
 * server. A file that leaves a socket, a timer or a process open fails, and so does a run with an unhandled rejection.
 */

import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config"
import { serverSource, testVersions } from "./test/support/server-source.ts"

const leakCheck = "./test/support/vitest/leak-check.ts"

/** A project whose files need no server. */
function project(name: string, folders: readonly string[], timeoutMs = 60_000): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
      setupFiles: [leakCheck],
      testTimeout: timeoutMs,
      hookTimeout: 30_000,
    },
  }
}

/**
 * What says nothing about servers from elsewhere: the tests of the embedded servers themselves, and the longest of those
 * that start embedded servers of their own whatever the source, which would only do the same once more.
 */
const embeddedOnly = [
  "test/server/support/{postgres-server,watchdog}.test.ts",
  "test/server/connecting/product.peer.test.ts",
  "test/conformance/runtimes/runtimes.test.ts",
]

/** The files that need a real PostgreSQL, over one version of it. `peers` are those that need another program beside it. */
function serverProject(version: number, peers: boolean): TestProjectInlineConfiguration {
  const suffix = peers ? "peer.test.ts" : "test.ts"
  return {
    test: {
      name: `${peers ? "peers" : "server"}-${version}`,
      include: ["server", "conformance", "regression"].map((folder) => `test/${folder}/**/*.${suffix}`),
      exclude: [...(peers ? [] : ["**/*.peer.test.ts"]), ...(serverSource() === "embedded" ? [] : embeddedOnly)],
      globalSetup: ["./test/support/vitest/shared-server.ts"],
      setupFiles: [leakCheck],
      env: { PGLINE_TEST_VERSION: String(version) },
      // Many start servers of their own, which takes its time on a busy machine, in containers most of all.
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    teardownTimeout: 20_000,
    reporters: process.env["CI"] ? ["default", "json"] : ["default"],
    outputFile: { json: process.env["PGLINE_TEST_REPORT"] ?? "./.tmp/test-report.json" },
    coverage: { include: ["src/**/*.ts"], exclude: ["src/**/*.generated.ts"] },
    projects: [
      project("unit", ["unit"]),
      project("architecture", ["architecture"], 60_000),
      project("scripted", ["scripted"], 20_000),
      project("fuzz", ["fuzz"], 120_000),
      ...testVersions().flatMap((version) => [serverProject(version, false), serverProject(version, true)]),
    ],
  },
})

export default config
