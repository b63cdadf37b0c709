/**
 * A setting is a value together with the place it came from, so that a refusal can name the place instead of the value:
 * what stands where a value is expected may well be a misplaced password.
 */

import { ConfigError } from "../errors/client-error.ts"
import type { Keyword } from "./keywords.ts"

/** One parameter's text and where it was found. */
export interface Setting {
  readonly value: string
  /** For people: "the connection string", "environment variable PGPORT", … */
  readonly place: string
  /** True when a number counts milliseconds although the keyword's own unit is the second. */
  readonly inMilliseconds?: boolean
  /** True when it comes from the environment or is the built-in default: nobody chose it for this connection. */
  readonly isAmbient?: boolean
}

/** The parameters found so far; what is there is not looked for further on. */
export type Settings = Map<Keyword, Setting>

/** A refusal of one parameter's value, naming the parameter, the place and what is allowed. */
export function invalidSetting(keyword: Keyword, setting: Setting | undefined, problem: string): ConfigError {
  const place = setting === undefined ? "" : ` (from ${setting.place})`
  return new ConfigError(`${keyword}${place}: ${problem}`, { keyword })
}

/** The text of a setting; an empty one counts as none, as in libpq. */
export function textOf(settings: Settings, keyword: Keyword): string | undefined {
  const value = settings.get(keyword)?.value
  return value === "" ? undefined : value
}

/** The text of a setting that has to be one of a few words. */
export function choiceOf<T extends string>(settings: Settings, keyword: Keyword, allowed: readonly T[]): T {
  const setting = settings.get(keyword)
  const found = allowed.find((word) => word === setting?.value)
  if (found === undefined) throw invalidSetting(keyword, setting, `must be one of ${allowed.join(", ")}`)
  return found
}

/** An integer as C's strtol reads it, blanks around it allowed; undefined when there is none. */
export function integerOf(settings: Settings, keyword: Keyword): number | undefined {
  const setting = settings.get(keyword)
  if (setting === undefined) return undefined
  const parsed = parseInteger(setting.value)
  if (parsed === undefined) throw invalidSetting(keyword, setting, "must be an integer")
  return parsed
}

/** Reads a 32-bit decimal integer the way libpq does, undefined when the text is not one. */
export function parseInteger(text: string): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?[0-9]+[ \t\n\v\f\r]*$/.test(text)) return undefined
  const value = Number(text)
  return value >= -2147483648 && value <= 2147483647 ? value : undefined
}
