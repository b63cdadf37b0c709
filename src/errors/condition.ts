/**
 * Questions about SQLSTATEs: the name of the condition, the name of the class that stands for it, whether a code is a
 * given condition. The table itself is generated from PostgreSQL's own list.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

import { UsageError } from "./client-error.ts"
import { CLASS_NAMES, CONDITION_NAMES, type ConditionName } from "./sqlstate.generated.ts"

export type { ConditionName }

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"
// biome-ignore format: one letter a line helps nobody
type Letter =
  | "A" | "B" | "C" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M"
  | "N" | "O" | "P" | "Q" | "R" | "S" | "T" | "U" | "V" | "W" | "X" | "Y" | "Z"

/** A condition by its name (`"unique_violation"`) or by its SQLSTATE (`"23505"`, also one of your own). */
export type Condition = ConditionName | `${Digit | Letter}${string}`

const SQLSTATE = /^[0-9A-Z]{5}$/

let codesByName: Map<string, string[]> | undefined

/** The name of a condition as in the manual's appendix A, undefined for a code that is not listed there. */
export function conditionName(code: string): ConditionName | undefined {
  return Object.hasOwn(CONDITION_NAMES, code) ? CONDITION_NAMES[code as keyof typeof CONDITION_NAMES] : undefined
}

/** The name of the error class for a code: the condition's, else its SQLSTATE class's, else none. */
export function className(code: string | undefined): string | undefined {
  if (code === undefined) return undefined
  return ownClassName(code) ?? ownClassName(`${code.slice(0, 2)}000`)
}

/** True when `code` is the condition, or belongs to the SQLSTATE class that the condition stands for. */
export function matchesCondition(code: string, condition: string): boolean {
  if (SQLSTATE.test(condition)) return matchesCode(code, condition)
  codesByName ??= indexByName()
  const codes = codesByName.get(condition)
  if (codes === undefined) throw new UsageError(`there is no condition named ${JSON.stringify(condition)}`)
  return codes.some((candidate) => matchesCode(code, candidate))
}

function matchesCode(code: string, condition: string): boolean {
  return code === condition || (condition.endsWith("000") && code.startsWith(condition.slice(0, 2)))
}

function ownClassName(code: string): string | undefined {
  if (Object.hasOwn(CLASS_NAMES, code)) return CLASS_NAMES[code]
  return conditionName(code)?.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Five names stand for two conditions each. */
function indexByName(): Map<string, string[]> {
  const index = new Map<string, string[]>()
  for (const [code, name] of Object.entries(CONDITION_NAMES)) {
    const codes = index.get(name)
    if (codes === undefined) index.set(name, [code])
    else codes.push(code)
  }
  return index
}
