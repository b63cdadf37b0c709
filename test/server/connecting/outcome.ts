/** What became of an attempt to connect, in a form that tables can hold. */

import { type ConnectOptions, connect, errors } from "../../../src/index.ts"

/** Connected with or without TLS, or refused: the error's class and its text. */
export type Outcome = "tls" | "none" | { readonly error: Error }

/** Connects and closes again. */
export async function outcomeOf(conninfo: string | ConnectOptions, options?: ConnectOptions): Promise<Outcome> {
  try {
    await using db = await connect(conninfo, options)
    const encrypted = await db.value<boolean>("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
    if (encrypted !== (db.info.tls !== undefined)) throw new Error("the server sees the encryption differently")
    return encrypted ? "tls" : "none"
  } catch (error) {
    if (!(error instanceof errors.PglineError)) throw error
    return { error }
  }
}

/** A keyword/value string, everything quoted; empty values are left out. */
export function conninfo(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([keyword, value]) => `${keyword}='${String(value).replaceAll(/['\\]/g, "\\$&")}'`)
    .join(" ")
}

/** What is expected of a refusal: its class's name or its SQLSTATE, and its text. */
export interface Refusal {
  readonly is: string
  readonly text: RegExp
}

/** An outcome in words, to be compared with another one. */
export function describeOutcome(outcome: Outcome): string {
  if (typeof outcome === "string") return outcome
  const { error } = outcome
  return `${error instanceof errors.ServerError ? error.code : error.constructor.name}: ${error.message}`
}

/** Undefined when the outcome is as expected, else what is wrong with it. */
export function difference(outcome: Outcome, expected: "tls" | "none" | Refusal): string | undefined {
  const told = describeOutcome(outcome)
  if (typeof expected === "string") return told === expected ? undefined : `expected ${expected}, got ${told}`
  const matches = told.startsWith(`${expected.is}: `) && expected.text.test(told)
  return matches ? undefined : `expected ${expected.is} ${expected.text}, got ${told}`
}
