/**
 * One driver reading one family of types in a process of its own: started by `types.ts`, answers with one line of JSON.
 * pg parses the arrays it knows with its own parser, and so it is told to do with those it does not know.
 */

import pg from "pg"
import postgres from "postgres"
import { parse as parseArray } from "postgres-array"
import { connect } from "../src/index.ts"
import type { ServerAddress } from "./dataset.ts"
import { selectTypes } from "./type-families.ts"

/** What is to be done. */
export interface TypesJob {
  readonly driver: "pgline" | "pg" | "postgres"
  readonly family: string
  readonly server: ServerAddress
  readonly warmUpMs: number
  readonly measureMs: number
}

/** What came of it. */
export interface TypesAnswer {
  readonly rows: number
  readonly seconds: number
  readonly cpuMicros: number
}

interface Reader {
  read(): Promise<readonly unknown[]>
  close(): Promise<void>
}

async function open({ driver, family, server }: TypesJob): Promise<Reader> {
  const text = selectTypes(family)
  switch (driver) {
    case "pgline": {
      const db = await connect({ ...server, sslmode: "disable" })
      return { read: () => db.rows(text), close: () => db.close() }
    }
    case "pg": {
      const client = new pg.Client({ ...server })
      await client.connect()
      if (family.endsWith("[]")) {
        const { fields } = await client.query(`${text} limit 0`)
        const known = pg.types.getTypeParser(fields[0]!.dataTypeID, "text")
        const isKnown = Array.isArray(known("{}"))
        if (!isKnown) pg.types.setTypeParser(fields[0]!.dataTypeID, (value) => parseArray(value))
      }
      return { read: async () => (await client.query({ name: "read", text })).rows, close: () => client.end() }
    }
    case "postgres": {
      const client = postgres({ ...server, max: 1 })
      return { read: () => client.unsafe(text, [], { prepare: true }), close: () => client.end() }
    }
  }
}

async function readFor(reader: Reader, ms: number): Promise<number> {
  const deadline = performance.now() + ms
  let rows = 0
  while (performance.now() < deadline) rows += (await reader.read()).length
  return rows
}

const job = JSON.parse(process.argv[2] ?? "") as TypesJob
const reader = await open(job)
await readFor(reader, job.warmUpMs)
const cpu = process.cpuUsage()
const start = performance.now()
const rows = await readFor(reader, job.measureMs)
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(cpu)
await reader.close()
const answer: TypesAnswer = { rows, seconds, cpuMicros: user + system }
process.stdout.write(`${JSON.stringify(answer)}\n`)
