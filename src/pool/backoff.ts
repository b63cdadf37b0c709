/**
 * How long to wait after the n-th failure in a row: doubling from a tenth of a second up to a ceiling, each drawn from
 * the upper half of that, so that a fleet of clients does not come back in step.
 */

const FIRST_MS = 100
const CEILING_MS = 5000

/** The longest pause between two attempts. */
export const LONGEST_PAUSE_MS: number = CEILING_MS

/** @param failures how many attempts in a row have failed, 1 or more */
export function pauseAfter(failures: number, random: number): number {
  const longest = Math.min(CEILING_MS, FIRST_MS * 2 ** (failures - 1))
  return longest * (0.5 + random / 2)
}
