/**
 * Writes `test/fixtures/values` from `test/fixtures/value-literals.jsonl`: what each literal means is told by a real PostgreSQL 18, in
 * text and by functions that take the value apart, so that no codec of ours has a say. Run it with
 * `node test/generate/values.ts`.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import pg from "pg"
import { startTestServer } from "../support/server-source.ts"

const FOLDER = new URL("../fixtures/values/", import.meta.url)
const LITERALS = new URL("../fixtures/value-literals.jsonl", import.meta.url)

/** Literals of one type that have one source. */
interface Literals {
  readonly type: string
  readonly source: string
  readonly literals: readonly string[]
}

const NUMBERS = new Set(["int2", "int4", "oid", "xid", "cid", "float4", "float8"])
const NUMBER_ARRAYS = new Set(["int2vector", "oidvector"])
const BIGINTS = new Set(["int8", "xid8"])
const NUMBER = "[-+0-9.eE]+"

/** SQL that takes a value `v` apart into JSON, for the types whose value is more than their text. */
const PARTS: Readonly<Record<string, string>> = {
  bytea: "encode(v, 'hex')",
  timestamptz: "case when isfinite(v) then floor(extract(epoch from v) * 1000)::text end",
  interval: `json_build_array(extract(year from v) * 12 + extract(month from v), extract(day from v),
    ((extract(hour from v) * 60 + extract(minute from v)) * 60000000 + extract(microseconds from v))::numeric(30)::text)`,
  ...Object.fromEntries(
    ["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"].map((type) => [type, rangeParts("v")]),
  ),
  ...Object.fromEntries(
    ["int4multirange", "nummultirange"].map((type) => [
      type,
      `(select coalesce(json_agg(${rangeParts("r")}), '[]') from unnest(v) as r)`,
    ]),
  ),
  "int4[]": "to_json(v)",
  "text[]": "to_json(v)",
  "bool[]": "to_json(v)",
  "float8[]": "to_json(v)",
  "jsonb[]": "to_json(v)",
}

function rangeParts(range: string): string {
  return `json_build_array(lower(${range})::text, upper(${range})::text, case when isempty(${range}) then 'empty' else
    (case when lower_inc(${range}) then '[' else '(' end) || (case when upper_inc(${range}) then ']' else ')' end) end)`
}

/** The value, in the fixtures' notation. */
function meaningOf(type: string, text: string, parts: unknown): unknown {
  if (NUMBERS.has(type)) return numberOf(text)
  if (BIGINTS.has(type)) return { $bigint: text }
  if (NUMBER_ARRAYS.has(type)) return text === "" ? [] : text.split(" ").map(Number)
  switch (type) {
    case "bool":
      return text === "t"
    case "money":
      return text.replaceAll(/[$,]/g, "")
    case "bytea":
      return { $bytes: parts }
    case "json":
    case "jsonb":
      return { $json: JSON.parse(text) }
    case "timestamptz":
      if (parts === null) return { $number: text === "infinity" ? "Infinity" : "-Infinity" }
      return Number(parts) <= 8.64e15 ? { $date: Number(parts) } : text
    case "interval":
      return { $interval: parts }
    case "int4range":
      return rangeOf(parts, Number)
    case "int8range":
      return rangeOf(parts, (bound) => ({ $bigint: bound }))
    case "tstzrange":
      return rangeOf(parts, (bound) => ({ $date: Date.parse(bound.replace(" ", "T").replace("+00", "Z")) }))
    case "numrange":
    case "daterange":
    case "tsrange":
      return rangeOf(parts, (bound) => bound)
    case "int4multirange":
      return (parts as unknown[]).map((part) => rangeOf(part, Number))
    case "nummultirange":
      return (parts as unknown[]).map((part) => rangeOf(part, (bound) => bound))
    case "int4[]":
    case "text[]":
    case "bool[]":
    case "float8[]":
    case "jsonb[]":
      return type === "jsonb[]" ? { $json: parts } : parts
    default:
      return shapeOf(type, text) ?? text
  }
}

function numberOf(text: string): unknown {
  const number = Number(text)
  return Number.isFinite(number) && !Object.is(number, -0) ? number : { $number: text }
}

function rangeOf(parts: unknown, bound: (text: string) => unknown): unknown {
  const [lower, upper, bounds] = parts as [string | null, string | null, string]
  return { $range: [lower === null ? null : bound(lower), upper === null ? null : bound(upper), bounds] }
}

/** The geometric types, from the numbers in their text. */
function shapeOf(type: string, text: string): unknown {
  const numbers = (text.match(new RegExp(NUMBER, "g")) ?? []).map(numberOf)
  const points = numbers.flatMap((x, i) => (i % 2 === 0 ? [{ x, y: numbers[i + 1] }] : []))
  switch (type) {
    case "point":
      return points[0]
    case "lseg":
      return { start: points[0], end: points[1] }
    case "box":
      return { high: points[0], low: points[1] }
    case "line":
      return { a: numbers[0], b: numbers[1], c: numbers[2] }
    case "circle":
      return { center: points[0], radius: numbers[2] }
    case "path":
      return { closed: text.startsWith("("), points }
    case "polygon":
      return { points }
    default:
      return undefined
  }
}

async function main(): Promise<void> {
  const server = await startTestServer({ version: 18 })
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query(
    "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set lc_monetary = 'C'; set intervalstyle = postgres",
  )
  mkdirSync(FOLDER, { recursive: true })
  const files = new Map<string, string[]>()
  for (const line of readFileSync(LITERALS, "utf8").trimEnd().split("\n")) {
    const { type, source, literals } = JSON.parse(line) as Literals
    const lines = files.get(type) ?? []
    files.set(type, lines)
    for (const literal of literals) {
      const query = `select format('%s', v) as text, (${PARTS[type] ?? "null"})::text as parts from (select $1::text::${type} as v) as q`
      const { rows } = await client.query<{ text: string; parts: string | null }>(query, [literal])
      const { text, parts } = rows[0]!
      const isPlain = parts === null || type === "bytea" || type === "timestamptz"
      const value = meaningOf(type, text, isPlain ? parts : JSON.parse(parts))
      lines.push(JSON.stringify({ type, literal, text, value, source }))
    }
  }
  for (const [type, lines] of files) {
    const name = type.replaceAll(/\W+/g, "-").replace(/-$/, type.endsWith("[]") ? "-array" : "")
    writeFileSync(new URL(`${name}.jsonl`, FOLDER), `${lines.join("\n")}\n`)
  }
  await client.end()
  await server.stop()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main()
