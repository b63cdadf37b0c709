/**
 * The pool as `pg` exports it: `pg-pool` bound to the client class, under the name that some libraries look for.
 */

import { Pool } from "./pool.ts"
import { Client } from "./typed/client.ts"
import type { PoolConfig } from "./typed/pool-config.ts"

/** A pool of {@link Client}s. */
export class BoundPool extends Pool {
  constructor(options?: PoolConfig | null) {
    super(options, Client)
  }
}
