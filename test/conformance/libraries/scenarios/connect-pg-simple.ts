/** connect-pg-simple: a session store on a pool. */

import { promisify } from "node:util"
import connectPgSimple from "connect-pg-simple"
import session from "express-session"
import { newPool, type ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const pool = newPool(server)
  const Store = connectPgSimple(session)
  const store = new Store({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  const cookie = { maxAge: 60_000, originalMaxAge: 60_000, expires: new Date(4_000_000_000_000) }
  const data = { cookie, user: { id: 5, name: "Ann" } }
  const set = promisify<string, unknown, unknown>(store.set.bind(store))
  const get = promisify<string, unknown>(store.get.bind(store))
  const touch = promisify<string, unknown, unknown>(store.touch.bind(store))
  const destroy = promisify<string, unknown>(store.destroy.bind(store))
  await set("one", data)
  const found = await get("one")
  await touch("one", data)
  await set("two", data)
  await destroy("one")
  const gone = await get("one")
  const { rows } = await pool.query("select sid from session")
  await new Promise<void>((resolve) => store.pruneSessions(() => resolve()))
  await store.close()
  await pool.end()
  return { found, gone: gone ?? null, rows }
}
