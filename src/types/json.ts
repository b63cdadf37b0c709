/**
 * json and jsonb. Results are parsed; `__proto__` in them is a plain key. A string is JSON text, as for any other type;
 * everything else is stringified, arrays too. On request with the caller's own parse and stringify, or as strings.
 *
 * @see https://www.postgresql.org/docs/current/datatype-json.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { sendableText } from "./text-form.ts"

const JSONB_VERSION = 1
const EXPECTED = "JSON text or a value that has a JSON form"

/** How JSON text becomes a value and back. */
export interface JsonFunctions {
  parse(text: string): unknown
  /** The JSON text; anything else than a string is refused. */
  stringify(value: unknown): string | undefined
}

/** Codecs for json and jsonb. */
export interface JsonCodecs {
  readonly json: Codec
  readonly jsonb: Codec
}

/** The codecs that read and write with the given functions. */
export function jsonCodecsWith(functions: JsonFunctions): JsonCodecs {
  return { json: jsonCodecFor("json", functions), jsonb: jsonCodecFor("jsonb", functions) }
}

function jsonCodecFor(name: "json" | "jsonb", { parse, stringify }: JsonFunctions): Codec {
  const isJsonb = name === "jsonb"

  function decodeText(source: ByteSource, start: number, end: number): unknown {
    try {
      return parse(source.text(start, end))
    } catch (cause) {
      throw new DecodeError(name, "it cannot be parsed", { cause })
    }
  }

  function decodeBinary(source: ByteSource, start: number, end: number): unknown {
    if (!isJsonb) return decodeText(source, start, end)
    if (end <= start || source.bytes[start] !== JSONB_VERSION) throw new DecodeError(name, "unknown version")
    return decodeText(source, start + 1, end)
  }

  function encodeText(value: unknown): string {
    if (typeof value === "string") return sendableText(name, value)
    if (typeof value === "bigint") return String(value)
    let text: unknown
    try {
      text = stringify(value)
    } catch (cause) {
      throw new EncodeError(name, EXPECTED, describeValue(value), { cause })
    }
    if (typeof text !== "string") throw new EncodeError(name, EXPECTED, describeValue(value))
    return sendableText(name, text)
  }

  function encodeBinary(value: unknown, writer: ByteWriter): boolean {
    let text: string
    try {
      text = encodeText(value)
    } catch {
      return false // encodeText is asked next and says why
    }
    if (isJsonb) writer.int8(JSONB_VERSION)
    writer.utf8(text)
    return true
  }

  return { name, decodeText, decodeBinary, encodeText, encodeBinary, resultFormat: TEXT, takesArrays: true }
}

const own: JsonCodecs = jsonCodecsWith(JSON)

/** json, parsed. */
export const jsonCodec: Codec = own.json
/** jsonb, parsed. */
export const jsonbCodec: Codec = own.jsonb
/** json and jsonb as the text the server sends. */
export const jsonCodecsAsString: JsonCodecs = jsonCodecsWith({ parse: (text) => text, stringify: JSON.stringify })
