/**
 * PostgreSQL in a container, through testcontainers: the image `postgres:NN`, or the one PGLINE_TEST_IMAGE names with
 * `{version}` for the number. Asks no more of an image than Docker's official one gives: its entrypoint, its variables
 * and a shell. Testcontainers' reaper removes the container should the tests crash.
 */

import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers"
import type { ServerTls } from "./postgres-server.ts"
import type { TestServer, TestServerOptions } from "./server-source.ts"

const user = "postgres"
const password = "secret"
const database = "postgres"

/** Where the files of a server's own settings go. */
const place = "/pgline"

/**
 * Succeeds once the postmaster that takes connections from outside is ready: the official image first runs one that
 * listens to its unix socket only. Lines 6 and 8 of its lock file are its address and its state.
 */
const isReady =
  'test -n "$(sed -n 6p "$PGDATA/postmaster.pid")" && test "$(sed -n 8p "$PGDATA/postmaster.pid" | tr -d " ")" = ready'

/** The files to copy, and the settings that name them. */
function ownFiles(options: TestServerOptions): { files: Record<string, string>; settings: Record<string, string> } {
  const files: Record<string, string> = {}
  const settings: Record<string, string> = {}
  const add = (setting: string, name: string, content: string | undefined): void => {
    if (content !== undefined) {
      files[name] = content
      settings[setting] = `${place}/${name}`
    }
  }
  // This machine's connections reach the container from its bridge's address.
  const hba = options.hba?.map((line) => line.replace(/ (127\.0\.0\.1\/32|::1\/128) /, " all "))
  add("hba_file", "pg_hba.conf", hba && `${hba.join("\n")}\n`)
  const tls: Partial<ServerTls> = options.tls ?? {}
  add("ssl_cert_file", "server.crt", tls.cert)
  add("ssl_key_file", "server.key", tls.key)
  add("ssl_ca_file", "root.crt", tls.ca)
  add("ssl_crl_file", "root.crl", tls.crl)
  return { files, settings: options.tls ? { ssl: "on", ...settings } : settings }
}

/** Starts a container and waits until its server takes connections. */
export async function startContainer(options: TestServerOptions = {}): Promise<TestServer> {
  const image = (process.env["PGLINE_TEST_IMAGE"] || "postgres:{version}").replaceAll(
    "{version}",
    String(options.version ?? 18),
  )
  const own = ownFiles(options)
  const settings = { fsync: "off", max_connections: "200", timezone: "UTC", max_prepared_transactions: "20" }
  const command = ["postgres"]
  for (const [name, value] of Object.entries({ ...settings, ...own.settings, ...options.settings })) {
    command.push("-c", `${name}=${value}`)
  }
  let container = new GenericContainer(image)
    .withEnvironment({
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: database,
      POSTGRES_INITDB_ARGS: "--no-sync",
    })
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forSuccessfulCommand(isReady))
    .withStartupTimeout(120_000)
  if (Object.keys(own.files).length > 0) {
    // The server refuses a key that others may read, and copied files belong to root.
    const handOver = `chown -R postgres ${place} && chmod 0600 ${place}/* && exec docker-entrypoint.sh "$@"`
    container = container
      .withCopyContentToContainer(
        Object.entries(own.files).map(([name, content]) => ({ content, target: `${place}/${name}` })),
      )
      .withEntrypoint(["sh", "-c", handOver, "sh"])
  }
  const started: StartedTestContainer = await container.withCommand(command).start()
  const host = started.getHost()
  const port = started.getMappedPort(5432)
  const stop = async (): Promise<void> => {
    await started.stop({ remove: true, removeVolumes: true })
  }
  const url = `postgres://${user}:${password}@${host}:${port}/${database}`
  return { host, port, user, password, database, url, stop, [Symbol.asyncDispose]: stop }
}
