/**
 * The libraries that are tested, how the SQL of each is to be compared, and the table that the documentation has of them.
 *
 *   node test/conformance/libraries/libraries.ts     (writes the table anew)
 */

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** A library that speaks `pg`. */
export interface Library {
  /** The package's name. */
  readonly name: string
  /** The file in `scenarios/`. */
  readonly scenario: string
  /** What the scenario uses, for the table. */
  readonly uses: string
  /** Makes what the server saw comparable. */
  normalize(statements: readonly string[]): string[]
}

/** Names that a library makes up anew each time. */
const withoutRandom = (statement: string): string => statement.replaceAll(/[0-9a-f]{32}/g, "0")

const inOrder = (statements: readonly string[]): string[] => statements.map(withoutRandom)

/** For libraries that work on several connections at once: every statement, in whatever order and however often. */
const asSet = (statements: readonly string[]): string[] => [...new Set(statements)].sort()

/** graphile-worker frees the locks of dead workers at times that it picks at random. */
const withoutUpkeep = (statements: readonly string[]): string[] =>
  asSet(statements.filter((statement) => !statement.includes("interval '4 hours'")))

function library(name: string, scenario: string, uses: string, normalize = inOrder): Library {
  return { name, scenario, uses, normalize }
}

/** All of them. */
export const libraries: readonly Library[] = [
  library("kysely", "kysely", "migrations, CRUD, joins, transactions, savepoints, streaming by cursor"),
  library("drizzle-orm", "drizzle", "schema, CRUD, relations, transactions, savepoints, prepared statements"),
  library("knex", "knex", "migrations, CRUD, joins, transactions, savepoints, streaming"),
  library("sequelize", "sequelize", "models, associations, transactions, errors by class"),
  library("typeorm", "typeorm", "entities, relations, transactions, query builder, streaming"),
  library("@mikro-orm/postgresql", "mikro-orm", "entities, unit of work, relations, transactions, streaming"),
  library("@prisma/adapter-pg", "prisma-adapter", "the driver adapter: queries, transactions, errors"),
  library("pg-boss", "pg-boss", "queues: send, fetch, complete, fail", asSet),
  library("graphile-worker", "graphile-worker", "jobs, LISTEN, one run to the end", withoutUpkeep),
  library("connect-pg-simple", "connect-pg-simple", "sessions: set, get, touch, destroy"),
  library("pg-promise", "pg-promise", "queries, tasks, transactions, errors"),
  library("pg-cursor", "pg-cursor", "the real package through `client.connection`"),
  library("pg-query-stream", "pg-query-stream", "the real package through `client.connection`"),
  library("pg-copy-streams", "pg-copy-streams", "the real package through `client.connection.stream`"),
]

function versionOf(root: string, name: string): string {
  const path = join(root, "node_modules", name, "package.json")
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version
}

/** The table for the documentation. */
export function tableOf(root: string): string {
  const rows = libraries.map(({ name, uses }) => `| \`${name}\` | ${versionOf(root, name)} | ${uses} |`)
  return ["| library | version | what is used |", "| --- | --- | --- |", ...rows].join("\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(import.meta.dirname, "../../..")
  const path = join(root, "docs/from-node-postgres.md")
  const text = readFileSync(path, "utf8")
  writeFileSync(path, text.replace(/\| library \| version \|[\s\S]*?\n(?!\|)/, `${tableOf(root)}\n`))
}
