/**
 * The rows of `test/fixtures/values`: a type, a literal, the server's own text of it, the value it is expected to have
 * here, and where it comes from. Values that JSON does not have stand there under a tag.
 */

import { readdirSync, readFileSync } from "node:fs"
import * as types from "../../src/types/types.ts"

const FOLDER = new URL("../fixtures/values/", import.meta.url)

/** One literal and what it means. */
export interface ValueRow {
  readonly type: string
  readonly literal: string
  /** As a session in UTC with the style ISO prints it. */
  readonly text: string
  readonly value: unknown
  readonly source: string
}

/** All rows, by type. */
export function readValueFixtures(): ReadonlyMap<string, readonly ValueRow[]> {
  const rows = new Map<string, ValueRow[]>()
  for (const name of readdirSync(FOLDER).sort()) {
    for (const line of readFileSync(new URL(name, FOLDER), "utf8").trimEnd().split("\n")) {
      const row = JSON.parse(line) as ValueRow
      const ofType = rows.get(row.type) ?? []
      ofType.push({ ...row, value: revive(row.value) })
      rows.set(row.type, ofType)
    }
  }
  return rows
}

/** The value that a tag stands for, all the way down. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== "object" || value === null) return value
  const [tag = "", content] = Object.entries(value)[0] ?? []
  switch (tag) {
    case "$number":
      return Number(content)
    case "$bigint":
      return BigInt(content as string)
    case "$bytes":
      return Buffer.from(content as string, "hex")
    case "$date":
      return new Date(content as number)
    case "$json":
      return content
    case "$interval": {
      const [months, days, microseconds] = content as [number, number, string]
      return new types.Interval(months, days, BigInt(microseconds))
    }
    case "$range": {
      const [lower, upper, bounds] = content as [unknown, unknown, "[)"]
      return new types.Range(revive(lower), revive(upper), bounds)
    }
    default:
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]))
  }
}
