/** The text of a float as PostgreSQL reads it: JavaScript's own, and the sign of zero, which JavaScript leaves out. */

/** The shortest text that is read back as the same number: `0.1`, `-0`, `NaN`, `Infinity`. */
export function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value)
}
