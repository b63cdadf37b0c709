/**
 * A case of the comparison: something that is done with a face, and a log of what is seen. All cases run on both faces.
 */

import type { Face } from "./face.ts"
import type { Log } from "./observe.ts"

/** Where the server is. */
export interface ServerConfig {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** One case. */
export interface Case {
  readonly name: string
  /** Why the two are not the same, for a case where they must not be. */
  readonly differs?: string
  run(face: Face, server: ServerConfig, log: Log): Promise<void> | void
}
