/**
 * Enums ↔ their labels. A label that is not among the known ones is still sent: `ALTER TYPE … ADD VALUE` may have made
 * it since, and the server's own error says best what is wrong. What cannot be a label at all is refused, with the list.
 *
 * @see https://www.postgresql.org/docs/current/datatype-enum.html
 */

import { TEXT } from "../base/format.ts"
import { describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { textCodecFor } from "./text.ts"
import { sendableText } from "./text-form.ts"

const SHOWN = 8

/** The codec of an enum with these labels. */
export function enumOf(name: string, labels: readonly string[]): Codec<string> {
  const shown = labels.slice(0, SHOWN).map((label) => JSON.stringify(label))
  const expected = `a label: ${shown.join(", ")}${labels.length > SHOWN ? ", …" : ""}`
  return {
    ...textCodecFor(name),
    encodeText: (value) => {
      if (typeof value === "string") return sendableText(name, value)
      throw new EncodeError(name, expected, describeValue(value))
    },
    resultFormat: TEXT,
  }
}
