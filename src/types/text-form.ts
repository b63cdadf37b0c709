/**
 * What every codec does with a value that it has no form of its own for: a string is the type's text representation
 * and passes as it is, a number, bigint or boolean passes as its text and the server decides, unless it would see more in
 * digits than a number; all else is refused.
 * Text never carries U+0000, which PostgreSQL cannot store, nor half a surrogate pair, which UTF-8 cannot write.
 */

import { describeValue, EncodeError } from "../errors/client-error.ts"

/** Up to this many characters one regular expression costs less than two searches. */
const SHORT = 32
const UNSENDABLE = /[\0\p{Surrogate}]/u

/** The text of a value that the codec of `type` does not know. @throws EncodeError when it has none. */
export function textForm(type: string, expected: string, value: unknown): string {
  switch (typeof value) {
    case "string":
      return sendableText(type, value)
    case "number":
    case "bigint":
    case "boolean":
      return String(value)
    default:
      throw new EncodeError(type, expected, describeValue(value))
  }
}

/**
 * The same for dates and times, of which numbers are none: the server would read 101010 as a day of 2010 or a time of
 * day, 5 as seconds. @throws EncodeError for all but strings
 */
export function onlyText(type: string, expected: string, value: unknown): string {
  if (typeof value === "string") return sendableText(type, value)
  throw new EncodeError(type, expected, describeValue(value))
}

/** Whether the server can be sent a text: short ones are searched once, long ones by the engine's own fast searches. */
export function isSendable(text: string): boolean {
  if (text.length <= SHORT) return !UNSENDABLE.test(text)
  return !text.includes("\0") && text.isWellFormed()
}

/** The text itself, when the server can be sent it. @throws EncodeError for U+0000 and lone surrogates. */
export function sendableText(type: string, text: string): string {
  if (!isSendable(text)) {
    const what = text.includes("\0") ? "the character U+0000" : "a lone surrogate"
    throw new EncodeError(type, "text that UTF-8 and PostgreSQL can hold", `a string with ${what}`)
  }
  return text
}
