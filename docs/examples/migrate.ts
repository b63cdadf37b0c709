/**
 * A migration runner: the .sql files of a directory in the order of their names, each once and whole, one runner at a
 * time.
 *
 *   DATABASE_URL=postgresql://localhost/app node docs/examples/migrate.ts migrations
 */

import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Connection, connect } from "../../src/index.ts"

/** Runs what has not been run; resolves with the names. */
export async function migrate(db: Connection, directory: string): Promise<string[]> {
  await db.query`select pg_advisory_lock(hashtext('migrations'))`
  try {
    await db.query`create table if not exists migration (name text primary key, run_at timestamptz default now())`
    const done = new Set(await db.rows<string>("select name from migration", [], { rows: "scalar" }))
    const files = (await readdir(directory)).filter((name) => name.endsWith(".sql") && !done.has(name)).sort()
    for (const name of files) {
      const script = await readFile(join(directory, name), "utf8")
      await db.transaction(async (tx) => {
        await tx.execute(script)
        await tx.query`insert into migration (name) values (${name})`
      })
    }
    return files
  } finally {
    await db.query`select pg_advisory_unlock(hashtext('migrations'))`
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await using db = await connect(process.env["DATABASE_URL"])
  console.log(await migrate(db, process.argv[2] ?? "migrations"))
}
