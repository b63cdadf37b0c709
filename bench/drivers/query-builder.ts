/**
 * What query builders take part in: the workloads that one writes with them. The same code runs over both drivers.
 */

import type { InsertRow, ServerAddress } from "../dataset.ts"
import type { BenchClient, BenchDriver, BenchPool, WorkloadName } from "../driver.ts"

/** A query builder over a pool. */
export interface QueryBuilder {
  pointSelect(id: number): Promise<unknown>
  mixed(): Promise<unknown>
  insert(row: InsertRow): Promise<unknown>
  /** One after the other, in one transaction. */
  insertMany(rows: readonly InsertRow[]): Promise<unknown>
  close(): Promise<void>
}

const takesPart: readonly WorkloadName[] = ["w2", "w4", "w6", "w7b", "w13"]

class QueryBuilderClient implements BenchClient, BenchPool {
  readonly #builder: QueryBuilder

  constructor(builder: QueryBuilder) {
    this.#builder = builder
  }

  pointSelect(id: number): Promise<unknown> {
    return this.#builder.pointSelect(id)
  }

  mixed(): Promise<unknown> {
    return this.#builder.mixed()
  }

  insert(row: InsertRow): Promise<unknown> {
    return this.#builder.insert(row)
  }

  insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    return this.#builder.insertMany(rows)
  }

  close(): Promise<void> {
    return this.#builder.close()
  }

  selectOne(): Promise<unknown> {
    return unmeasured()
  }

  pointSelects(): Promise<unknown> {
    return unmeasured()
  }

  catalog(): Promise<unknown> {
    return unmeasured()
  }

  download(): Promise<unknown> {
    return unmeasured()
  }

  upload(): Promise<unknown> {
    return unmeasured()
  }

  copyIn(): Promise<unknown> {
    return unmeasured()
  }

  copyOut(): Promise<unknown> {
    return unmeasured()
  }

  stream(): Promise<unknown> {
    return unmeasured()
  }
}

function unmeasured(): Promise<never> {
  return Promise.reject(new Error("query builders do not take part in this workload"))
}

/** A driver that opens the builder over a pool of some size. */
export function builderDriver(open: (server: ServerAddress, size: number) => QueryBuilder): BenchDriver {
  return {
    workloads: takesPart,
    connect: async (server) => new QueryBuilderClient(open(server, 1)),
    openPool: (server, size) => new QueryBuilderClient(open(server, size)),
  }
}
