/**
 * The pool as `pg` exports it: `pg-pool` bound to the client class, under the name that some libraries look for.
 */

import { Client } from "./client.ts"
import { Pool } from "./pool.ts"
import type { PoolConfig } from "./pool-options.ts"

/** A pool of {@link Client}s. */
export class BoundPool extends Pool {
  constructor(options?: PoolConfig | null) {
    super(options, Client)
  }
}
