/**
 * Where test servers come from: PGLINE_TEST_SERVERS is `embedded` (default: the npm packages' programs), `containers`
 * (testcontainers with `postgres:NN`, another image by PGLINE_TEST_IMAGE, in which `{version}` stands for the number) or
 * the URL of an existing server. PGLINE_TEST_VERSIONS names the versions, `18` when nothing is said.
 */

import { type PostgresVersion, postgresVersions } from "./postgres-binaries.ts"
import { type PostgresOptions, startPostgres } from "./postgres-server.ts"

/** What every test server offers, wherever it comes from. */
export interface TestServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly url: string
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What may be asked of a server from any source. */
export type TestServerOptions = Pick<PostgresOptions, "version" | "settings" | "hba" | "tls">

/** The value of PGLINE_TEST_SERVERS, checked. */
export function serverSource(): "embedded" | "containers" | URL {
  const source = process.env["PGLINE_TEST_SERVERS"] || "embedded"
  if (source === "embedded" || source === "containers") {
    return source
  }
  if (/^postgres(ql)?:\/\//.test(source)) {
    return new URL(source)
  }
  throw new Error('PGLINE_TEST_SERVERS must be "embedded", "containers" or a postgres:// URL')
}

/** The versions to test, from PGLINE_TEST_VERSIONS. */
export function testVersions(): readonly PostgresVersion[] {
  const names = (process.env["PGLINE_TEST_VERSIONS"] || "18").split(",").map((name) => name.trim())
  return names.map((name) => {
    const version = postgresVersions.find((known) => String(known) === name)
    if (version === undefined) {
      throw new Error(`PGLINE_TEST_VERSIONS names ${name}; known are ${postgresVersions.join(", ")}`)
    }
    return version
  })
}

/** The existing server behind a URL: there already, and left alone at the end. It must be of the version asked for. */
async function existingServer(url: URL, version: PostgresVersion): Promise<TestServer> {
  // Loaded on demand, and not the library under test: what starts the tests must not depend on it.
  const { default: pg } = await import("pg")
  const client = new pg.Client(url.href)
  await client.connect()
  const { rows } = await client.query("select current_setting('server_version_num')::int / 10000 as version")
  await client.end()
  if (rows[0].version !== version) {
    throw new Error(`the server of PGLINE_TEST_SERVERS has version ${rows[0].version}: set PGLINE_TEST_VERSIONS to it`)
  }
  const leave = async (): Promise<void> => undefined
  return {
    host: decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1) || url.username),
    url: url.href,
    stop: leave,
    [Symbol.asyncDispose]: leave,
  }
}

/**
 * A server from the chosen source. One with wishes of its own cannot be the existing server, so it is an embedded one
 * there.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const source = serverSource()
  if (source === "containers") {
    // Loaded on demand: the Docker client is large, and most runs do without.
    const { startContainer } = await import("./postgres-container.ts")
    return startContainer(options)
  }
  const hasWishes = options.settings !== undefined || options.hba !== undefined || options.tls !== undefined
  return source instanceof URL && !hasWishes ? existingServer(source, options.version ?? 18) : startPostgres(options)
}
