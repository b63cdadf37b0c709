/**
 * A pool in the life of an Express application: opened before it listens, asked by a health endpoint, closed behind the
 * last request when the process is told to end.
 *
 *   DATABASE_URL=postgresql://localhost/app node docs/examples/with-express.ts
 */

import { once } from "node:events"
import type { Server } from "node:http"
import { fileURLToPath } from "node:url"
import express, { type Express } from "express"
import { Pool } from "../../src/index.ts"

/** Makes the application's routes over a pool. */
export function createApp(pool: Pool): Express {
  const app = express()
  app.get("/health", async (_request, response) => {
    const isAlive = await pool.value<number>("select 1", [], { timeout: 1000 }).catch(() => undefined)
    response.status(isAlive === 1 ? 200 : 503).json({ database: isAlive === 1 ? "up" : "down" })
  })
  app.get("/numbers/:id", async (request, response) => {
    response.json(await pool.one`select ${request.params.id}::int as id, ${request.params.id}::int * 2 as doubled`)
  })
  return app
}

/** Lets requests under way finish, then closes the pool. */
export async function shutDown(server: Server, pool: Pool): Promise<void> {
  server.close()
  server.closeIdleConnections()
  await once(server, "close")
  await pool.close({ timeout: 10_000 })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pool = new Pool(process.env["DATABASE_URL"] ?? "postgresql:///", { max: 10, acquireTimeout: 2000 })
  await pool.open({ wait: true, timeout: 5000 })
  const server = createApp(pool).listen(3000)
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void shutDown(server, pool))
}
