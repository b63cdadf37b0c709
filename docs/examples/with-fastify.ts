/**
 * A pool in the life of a Fastify application: opened before the first request, in every handler as `app.db`, asked by a
 * health endpoint, closed behind the last request when the process is told to end.
 *
 *   DATABASE_URL=postgresql://localhost/app node docs/examples/with-fastify.ts
 */

import { fileURLToPath } from "node:url"
import fastify, { type FastifyInstance } from "fastify"
import { Pool } from "../../src/index.ts"

declare module "fastify" {
  interface FastifyInstance {
    readonly db: Pool
  }
}

/** Makes the application; `app.close()` closes the pool too. */
export async function createApp(conninfo: string): Promise<FastifyInstance> {
  const app = fastify()
  const pool = new Pool(conninfo, { max: 10, acquireTimeout: 2000 })
  app.decorate("db", pool)
  app.addHook("onReady", () => pool.open({ wait: true, timeout: 5000 }))
  app.addHook("onClose", () => pool.close({ timeout: 10_000 }))

  app.get("/health", async (_request, reply) => {
    const isAlive = await pool.value<number>("select 1", [], { timeout: 1000 }).catch(() => undefined)
    return reply.code(isAlive === 1 ? 200 : 503).send({ database: isAlive === 1 ? "up" : "down" })
  })
  app.get<{ Params: { id: number } }>("/numbers/:id", async ({ params }) => {
    return await app.db.one`select ${params.id}::int as id, ${params.id}::int * 2 as doubled`
  })
  return app
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await createApp(process.env["DATABASE_URL"] ?? "postgresql:///")
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close())
  await app.listen({ port: 3000 })
}
