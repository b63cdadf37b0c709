/**
 * What query builders take part in: the workloads that one writes with them. The same code runs over both drivers.
 */

import type { InsertRow, ServerAddress } from "../dataset.ts"
import type { BenchDriver, BenchPool, WorkloadName } from "../driver.ts"
import { PartialClient } from "../partial-client.ts"

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

class QueryBuilderClient extends PartialClient implements BenchPool {
  readonly #builder: QueryBuilder

  constructor(builder: QueryBuilder) {
    super()
    this.#builder = builder
  }

  override pointSelect(id: number): Promise<unknown> {
    return this.#builder.pointSelect(id)
  }

  override mixed(): Promise<unknown> {
    return this.#builder.mixed()
  }

  override insert(row: InsertRow): Promise<unknown> {
    return this.#builder.insert(row)
  }

  override insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    return this.#builder.insertMany(rows)
  }

  override close(): Promise<void> {
    return this.#builder.close()
  }
}

/** A driver that opens the builder over a pool of some size. */
export function builderDriver(open: (server: ServerAddress, size: number) => QueryBuilder): BenchDriver {
  return {
    workloads: takesPart,
    connect: async (server) => new QueryBuilderClient(open(server, 1)),
    openPool: (server, size) => new QueryBuilderClient(open(server, size)),
  }
}
