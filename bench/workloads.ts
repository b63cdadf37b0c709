/**
 * The workloads, in the order of the report.
 */

import { bulkWorkloads } from "./bulk-workloads.ts"
import { BLOB_BYTES, digestInserts, emptyInserts, insertRow, pointKey, statements } from "./dataset.ts"
import { onConnection, type Workload } from "./workload.ts"

/** Queries under one Sync, and callers on one connection. */
export const IN_FLIGHT = 64
export const POOL_SIZE = 10
const POOL_CALLERS = 200
export const MANY_ROWS = 1000

const manyRows = Array.from({ length: MANY_ROWS }, (_, i) => insertRow(i))

/** The keys of the i-th batch. */
function batchOfKeys(i: number): number[] {
  return Array.from({ length: IN_FLIGHT }, (_, k) => pointKey(i * IN_FLIGHT + k))
}

/** The number of rows the catalog query gives is the database's; the suite asks for it once. */
export function workloads(catalogRows: number): readonly Workload[] {
  return [
    {
      name: "w1",
      title: "`select 1`, one by one",
      unit: "op",
      unitsPerCall: 1,
      callers: 1,
      cores: "shared",
      target: { speed: 1.15, cpu: 0.85 },
      open: onConnection((client) => client.selectOne()),
    },
    {
      name: "w2",
      title: "point select, 5 columns, one by one",
      unit: "op",
      unitsPerCall: 1,
      callers: 1,
      cores: "shared",
      target: { speed: 1.3, cpu: 0.7 },
      open: onConnection((client, i) => client.pointSelect(pointKey(i))),
    },
    {
      name: "w3",
      title: `point select, ${IN_FLIGHT} in flight, 1 connection`,
      unit: "op",
      unitsPerCall: 1,
      callers: IN_FLIGHT,
      cores: "separate",
      target: { speed: 1.15, cpu: 0.7 },
      open: onConnection((client, i) => client.pointSelect(pointKey(i))),
    },
    {
      name: "w3s",
      title: `point select in a pipeline, one Sync per ${IN_FLIGHT}`,
      unit: "op",
      unitsPerCall: IN_FLIGHT,
      callers: 1,
      cores: "separate",
      rivalsOf: ["w3"],
      target: { speed: 1.8, cpu: 0.25 },
      open: onConnection((client, i) => client.pointSelects(batchOfKeys(i))),
    },
    {
      name: "w4",
      title: `point select, pool of ${POOL_SIZE}, ${POOL_CALLERS} callers`,
      unit: "op",
      unitsPerCall: 1,
      callers: POOL_CALLERS,
      cores: "separate",
      target: { speed: 1.7, cpu: 0.6 },
      open: async (driver, server) => {
        const pool = driver.openPool?.(server, POOL_SIZE)
        if (pool === undefined) throw new Error("the driver says it has a pool and has none")
        return { call: (i) => pool.pointSelect(pointKey(i)), close: () => pool.close() }
      },
    },
    {
      name: "w5",
      title: `catalog query, ${catalogRows} rows × 10 columns`,
      unit: "row",
      unitsPerCall: catalogRows,
      callers: 1,
      cores: "separate",
      target: { speed: 2, cpu: 0.4 },
      open: onConnection((client) => client.catalog()),
    },
    {
      name: "w6",
      title: "1,000 rows × 8 mixed columns",
      unit: "row",
      unitsPerCall: 1000,
      callers: 1,
      cores: "separate",
      target: { speed: 2.3, cpu: 0.35 },
      open: onConnection((client) => client.mixed()),
    },
    {
      name: "w7b",
      title: "insert 1,000 rows, one statement each, one transaction",
      unit: "row",
      unitsPerCall: MANY_ROWS,
      callers: 1,
      cores: "separate",
      resetSql: emptyInserts,
      digestSql: digestInserts,
      target: { speed: 2, cpu: 0.25 },
      open: onConnection((client) => client.insertMany(manyRows)),
    },
    ...bulkWorkloads,
    {
      name: "w11",
      title: "connect, query, close (SCRAM over TCP)",
      unit: "op",
      unitsPerCall: 1,
      callers: 1,
      cores: "shared",
      target: { speed: 1.5, cpu: 0.4 },
      open: async (driver, server) => ({
        call: async () => {
          const client = await driver.connect(server)
          const rows = await client.selectOne()
          await client.close()
          return rows
        },
        close: async () => undefined,
      }),
    },
    {
      name: "w12a",
      title: `a ${BLOB_BYTES / 1e6} MB bytea down`,
      unit: "MB",
      unitsPerCall: BLOB_BYTES / 1e6,
      callers: 1,
      cores: "separate",
      target: { speed: 3.5, cpu: 0.2 },
      open: onConnection((client) => client.download()),
    },
    {
      name: "w12b",
      title: `a ${BLOB_BYTES / 1e6} MB bytea up`,
      unit: "MB",
      unitsPerCall: BLOB_BYTES / 1e6,
      callers: 1,
      cores: "separate",
      target: { speed: 1.15, cpu: 0.6 },
      open: (driver, server) => {
        const bytes = new Uint8Array(BLOB_BYTES).map((_, i) => i)
        return onConnection((client) => client.upload(bytes))(driver, server)
      },
    },
    {
      name: "w13",
      title: "insert one row, autocommit",
      unit: "op",
      unitsPerCall: 1,
      callers: 1,
      cores: "shared",
      resetSql: emptyInserts,
      digestSql: digestInserts,
      target: { speed: 1.15, cpu: 0.8 },
      open: onConnection((client, i) => client.insert(insertRow(i))),
    },
  ]
}

/** Counts the catalog query's rows; it takes no parameters so that any client can send it. */
export const countCatalogRows: string = `select count(*)::int as count from (${statements.catalog.text
  .replace("$1", "-1")
  .replace("$2", "true")}) rows`
