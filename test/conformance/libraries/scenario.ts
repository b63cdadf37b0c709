/**
 * A scenario uses a library as an application would and returns what it got, as data that JSON can hold.
 */

import pg from "pg"

/** Where a scenario's server is; its database is empty and its own. */
export interface ScenarioServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly url: string
}

/** What a scenario's module exports as `run`. */
export type Scenario = (server: ScenarioServer) => Promise<unknown>

/** A pool of `pg`, whichever that is in this process. */
export function newPool(server: ScenarioServer, options: object = {}): pg.Pool {
  return new pg.Pool({ connectionString: server.url, max: 4, ...options })
}

/** What an application can tell of a failure. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
    return "no failure"
  } catch (error) {
    // biome-ignore lint/suspicious/noExplicitAny: every library has error classes of its own
    const { name, message, code, constraint, detail, table, column, original, driverError } = error as any
    return {
      class: (error as Error).constructor.name,
      name,
      message,
      code,
      constraint,
      detail,
      table,
      column,
      original: original?.code,
      driver: driverError?.code,
    }
  }
}
