/** What tests of moving data begin with: a schema of their own with a table to fill, and a folder for files. */

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, expect } from "vitest"
import { type Connection, connect } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

/** What a file's tests share. */
export interface Place {
  /** A connection that answers and has an empty table `t`, before each test. */
  readonly db: Connection
  readonly folder: string
}

/** Makes a file's place before its tests, and takes it away behind them. */
export function useOwnSchema(name: string, onMade: (place: Place) => void): void {
  let db: Connection
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgline-moving-"))
    db = await connect(sharedServer.url)
    await db.execute(`
      create schema ${name};
      set search_path = ${name}, public;
      create type mood as enum ('sad', 'glad');
      create table t (n int primary key, a text, m mood)`)
    onMade({ db, folder })
  })

  beforeEach(async () => {
    expect(await db.value("select 1")).toBe(1)
    await db.execute("truncate t")
  })

  afterAll(async () => {
    await db.execute(`drop schema ${name} cascade`)
    await db.close()
    await rm(folder, { recursive: true })
  })
}

/** How many rows the table has. */
export function countRows(db: Connection): Promise<number | undefined> {
  return db.value<number>("select count(*)::int from t")
}

/** Everything there is. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
