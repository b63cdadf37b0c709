/**
 * The text parsers that `pg-types` begins with, by OID. What has none stays a string: numeric, money, time, uuid, …
 *
 * @see https://github.com/brianc/node-pg-types
 */

import { ArrayParser, type ElementTransform } from "./array-parser.ts"
import { Buffer } from "./node-runtime.ts"
import { parseDate } from "./parse-date.ts"
import { PostgresInterval } from "./postgres-interval.ts"

const TRUE_TEXTS: ReadonlySet<string> = new Set(["TRUE", "t", "true", "y", "yes", "on", "1"])

/** int2, int4 and oid. */
export function parseInteger(text: string): number {
  return Number.parseInt(text, 10)
}

function parseBool(text: string): boolean | null {
  return text === null ? text : TRUE_TEXTS.has(text)
}

function parseBigInteger(text: string): string {
  return text
}

function parseInterval(text: string): PostgresInterval {
  return new PostgresInterval(text)
}

/** bytea in the hex form, or in the escape form of old. */
export function parseBytea(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex")
  const plain = text.replaceAll(/\\(?:([0-7]{3})|\\)/g, (_, octal: string | undefined) =>
    octal === undefined ? "\\" : String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return Buffer.from(plain, "latin1")
}

function parsePoint(text: string): { x: number; y: number } | null {
  if (text[0] !== "(") return null
  const [x, y] = text.slice(1, -1).split(",")
  return { x: Number.parseFloat(x!), y: Number.parseFloat(y!) }
}

function parseCircle(text: string): { x: number; y: number; radius: number } | null {
  const parts = /^<(\([^)]*\)),?(.*)>$/.exec(text)
  if (parts === null) return null
  return { ...parsePoint(parts[1]!)!, radius: Number.parseFloat(parts[2]!) }
}

function parseJson(text: string): unknown {
  return JSON.parse(text)
}

function arrayOf(transform?: ElementTransform): (text: string) => unknown[] | null {
  return (text) => (text ? new ArrayParser(text, transform).parse() : null)
}

const integers = arrayOf(parseInteger)
const floats = arrayOf(Number.parseFloat)
const strings = arrayOf()
const dates = arrayOf(parseDate)
const documents = arrayOf(parseJson)

/** Parsers by OID. */
export const textParsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: parseBool,
  17: parseBytea,
  20: parseBigInteger,
  21: parseInteger,
  23: parseInteger,
  26: parseInteger,
  114: parseJson,
  199: documents,
  600: parsePoint,
  651: strings, // cidr[]
  700: Number.parseFloat,
  701: Number.parseFloat,
  718: parseCircle,
  791: strings, // money[]
  1000: arrayOf(parseBool),
  1001: arrayOf(parseBytea),
  1005: integers,
  1007: integers,
  1008: strings, // regproc[]
  1009: strings, // text[]
  1014: strings, // bpchar[]
  1015: strings, // varchar[]
  1016: strings, // int8[]
  1017: arrayOf(parsePoint),
  1021: floats,
  1022: floats,
  1028: integers, // oid[]
  1040: strings, // macaddr[]
  1041: strings, // inet[]
  1082: parseDate,
  1114: parseDate,
  1115: dates,
  1182: dates,
  1183: strings, // time[]
  1184: parseDate,
  1185: dates,
  1186: parseInterval,
  1187: arrayOf(parseInterval),
  1231: floats, // numeric[]
  1270: strings, // timetz[]
  2951: strings, // uuid[]
  3802: parseJson,
  3807: documents,
  3907: strings, // numrange[]
}
