/**
 * The code of the README and the guide does what it says: each page runs as a program of its own, on a database of its
 * own, to its end, without an error and without anything left that would keep it from ending.
 */

import { execFile } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Connection, connect } from "../../src/index.ts"
import { entries } from "../architecture/public-api.ts"
import { guidePages, pageModule } from "../support/guide-pages.ts"
import type { TestServer } from "../support/server-source.ts"
import { startOwnServer, testVersion } from "../support/test-server.ts"

const root = join(import.meta.dirname, "../..")

/** What a page takes for granted: the database and the user it names, and what is in there. */
const GIVEN: Readonly<Record<string, { readonly database: string; readonly script: string }>> = {
  "README.md": {
    database: "shop",
    script: `create table orders (id bigint primary key generated always as identity, customer text, total numeric(9, 2)
      constraint positive check (total > 0)); alter table orders owner to app`,
  },
}

let server: TestServer
let admin: Connection

beforeAll(async () => {
  // Pages name no password.
  server = await startOwnServer({ hba: ["host all all all trust"] })
  admin = await connect(server.url)
  await admin.query("create role app superuser login")
})

afterAll(async () => {
  await admin?.close()
  await server?.stop()
})

/** Runs a program. Resolves when it has ended well, rejects with what it complained of when it has not. */
async function run(file: string, database: string): Promise<void> {
  const { host, port, user } = server
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database }
  await promisify(execFile)(process.execPath, [file], { cwd: dirname(file), env, timeout: 25_000 })
}

const pages = guidePages().flatMap((page, i) => {
  const file = `.tmp/docs/${testVersion}/${page.path}.ts`
  const code = pageModule(page, ["ts"], file, entries())
  return code === undefined ? [] : [{ path: page.path, file: join(root, file), code, database: `page_${i}` }]
})

test.each(pages)("$path", async ({ path, file, code, database: own }) => {
  const { database, script } = GIVEN[path] ?? { database: own, script: "" }
  await admin.execute(`create database ${database}`)
  await using db = await connect(server.url, { database })
  await db.execute(script)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, code)
  await expect(run(file, database)).resolves.toBeUndefined()
})
