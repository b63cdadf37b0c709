/**
 * The workloads that move a million rows with each call: COPY both ways, rows that the driver encodes, and streaming.
 * Here the server is the slower side, so that the client's CPU tells more than the speed.
 */

import { createHash } from "node:crypto"
import {
  BULK_ROWS,
  bulkBinary,
  bulkRows,
  bulkStatements,
  bulkText,
  digestLoads,
  emptyLoads,
  expectedLoads,
} from "./bulk-dataset.ts"
import { canonical } from "./canonical.ts"
import { onConnection, type Workload } from "./workload.ts"

/** The check looks at each row of this many; as the data repeats every 10,000 rows, it sees all that differ. */
export const CHECKED_EVERY = 7

const rowsByCopy = {
  unit: "row",
  unitsPerCall: BULK_ROWS,
  callers: 1,
  cores: "separate",
  resetSql: emptyLoads,
  digestSql: digestLoads,
  expectedSql: expectedLoads,
} as const

const million = BULK_ROWS.toLocaleString("en")

/** In the order of the report. */
export const bulkWorkloads: readonly Workload[] = [
  {
    ...rowsByCopy,
    name: "w8",
    title: `COPY in, ${million} rows as text`,
    target: { speed: 1, cpu: 1 },
    open: (driver, server) => {
      const chunks = bulkText()
      return onConnection((client) => client.copyIn(bulkStatements.copyIn, chunks))(driver, server)
    },
  },
  {
    ...rowsByCopy,
    name: "w8r",
    title: "COPY in, the same rows in the binary format",
    open: (driver, server) => {
      const chunks = bulkBinary()
      return onConnection((client) => client.copyIn(bulkStatements.copyInBinary, chunks))(driver, server)
    },
  },
  {
    ...rowsByCopy,
    name: "w8b",
    title: "COPY in from rows of values, against their bytes",
    against: "w8r",
    target: { speed: 0.9, rate: 1_500_000 },
    open: (driver, server) => {
      const rows = bulkRows()
      return onConnection((client) => {
        if (client.copyRows === undefined) throw new Error("the driver says it copies rows and does not")
        return client.copyRows(bulkStatements.table, rows)
      })(driver, server)
    },
  },
  {
    name: "w9",
    title: `COPY out, ${million} rows as text`,
    unit: "row",
    unitsPerCall: BULK_ROWS,
    callers: 1,
    cores: "separate",
    target: { speed: 1, cpu: 1 },
    open: async (driver, server) => {
      const client = await driver.connect(server)
      return {
        call: async () => {
          let bytes = 0
          await client.copyOut(bulkStatements.copyOut, (chunk) => {
            bytes += chunk.length
          })
          return bytes
        },
        check: async () => {
          const hash = createHash("sha256")
          await client.copyOut(bulkStatements.copyOut, (chunk) => hash.update(chunk))
          return hash.digest("hex")
        },
        close: () => client.close(),
      }
    },
  },
  {
    name: "w10",
    title: `stream of ${million} rows × 5 columns`,
    unit: "row",
    unitsPerCall: BULK_ROWS,
    callers: 1,
    cores: "separate",
    target: { speed: 1.8 },
    open: async (driver, server) => {
      const client = await driver.connect(server)
      return {
        call: async () => {
          let rows = 0
          await client.stream(bulkStatements.select, () => {
            rows++
          })
          return rows
        },
        check: async () => {
          const hash = createHash("sha256")
          let rows = 0
          await client.stream(bulkStatements.select, (row) => {
            if (rows++ % CHECKED_EVERY === 0) hash.update(canonical(row))
          })
          return { rows, sha256: hash.digest("hex") }
        },
        close: () => client.close(),
      }
    },
  },
]
