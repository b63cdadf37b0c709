/**
 * Results in one form for all drivers, so that they can be compared: nobody wins by not decoding. The documented
 * differences are levelled (an int8 is a bigint here and a string there, a Result has more properties than its rows);
 * a Date that came as text, an array left as a literal or a missing column are not.
 */

import { createHash } from "node:crypto"

/** The canonical text of what a call resolved to. */
export function canonical(result: unknown): string {
  return JSON.stringify(level(result))
}

/** Strips classes and writes what JSON has no word for. */
function level(value: unknown): unknown {
  if (typeof value === "bigint") return String(value)
  if (value instanceof Date) return { date: value.toISOString() }
  if (value instanceof Uint8Array) {
    return { bytes: value.length, sha256: createHash("sha256").update(value).digest("hex") }
  }
  // Bun's SQL has arrays of int4 in these.
  if (Array.isArray(value) || value instanceof Int32Array) return Array.from<unknown, unknown>(value, level)
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, level(member)]))
  }
  return value
}
