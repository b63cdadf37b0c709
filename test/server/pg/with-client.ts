/** Clients of the face of `pg` on the shared server. */

import { Client } from "../../../src/pg/index.ts"
import { sharedServer } from "../../support/test-server.ts"

const { host, port, user, password, database } = sharedServer

/** Where they connect to. */
export const config: Readonly<Record<"host" | "user" | "password" | "database", string> & { port: number }> = {
  host,
  port,
  user,
  password,
  database,
}

/** Connects a client for as long as it is used. */
export async function withClient<T>(use: (client: Client) => Promise<T>, options: object = {}): Promise<T> {
  const client = new Client({ ...config, ...options })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
