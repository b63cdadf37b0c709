/**
 * ltree, lquery and ltxtquery: label paths and the patterns for them, as text. The binary form is the same text behind
 * a byte with its version.
 *
 * @see https://www.postgresql.org/docs/current/ltree.html
 */

import { TEXT } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { sendableText, textForm } from "./text-form.ts"

const VERSION = 1

/** ltree as text: `Top.Science.Astronomy`. */
export const ltreeCodec: Codec<string> = versionedText("ltree")

/** lquery as text: `Top.*{1,2}.Astro*`. */
export const lqueryCodec: Codec<string> = versionedText("lquery")

/** ltxtquery as text: `Europe & Russia*@`. */
export const ltxtqueryCodec: Codec<string> = versionedText("ltxtquery")

function versionedText(name: string): Codec<string> {
  return {
    name,
    resultFormat: TEXT,
    decodeText: (source, start, end) => source.text(start, end),
    decodeBinary: (source, start, end) => {
      if (end <= start || source.bytes[start] !== VERSION) throw new DecodeError(name, "its version is unknown")
      return source.text(start + 1, end)
    },
    encodeText: (value) => textForm(name, "a string", value),
    encodeBinary: (value, writer) => {
      if (typeof value !== "string") return false
      const text = sendableText(name, value)
      writer.int8(VERSION)
      writer.utf8(text)
      return true
    },
  }
}
