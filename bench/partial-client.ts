/**
 * A client that takes part in nothing: those that take part in some workloads only extend it.
 */

import type { InsertRow } from "./dataset.ts"
import type { BenchClient } from "./driver.ts"

export class PartialClient implements BenchClient {
  selectOne(): Promise<unknown> {
    return unmeasured()
  }

  pointSelect(_id: number): Promise<unknown> {
    return unmeasured()
  }

  pointSelects(_ids: readonly number[]): Promise<unknown> {
    return unmeasured()
  }

  catalog(): Promise<unknown> {
    return unmeasured()
  }

  mixed(): Promise<unknown> {
    return unmeasured()
  }

  insert(_row: InsertRow): Promise<unknown> {
    return unmeasured()
  }

  insertMany(_rows: readonly InsertRow[]): Promise<unknown> {
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

  close(): Promise<void> {
    return Promise.resolve()
  }
}

function unmeasured(): Promise<never> {
  return Promise.reject(new Error("the driver does not take part in this workload"))
}
