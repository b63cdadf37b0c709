/**
 * Codecs that users write: functions over strings, and over bytes if they like. Whatever such a function throws reaches
 * the caller as the cause of an EncodeError or a DecodeError, so that the connection stays in step.
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY, type Oid, TEXT } from "../base/format.ts"
import { ClientError, ConfigError, DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { sendableText } from "./text-form.ts"
import { parseTypeName } from "./type-name.ts"

/** How a type's values are to be read and written, for `types.register`. */
export interface CustomCodec<T = unknown> {
  /** The type's name, with its schema where that matters: "app.mood". Its arrays follow by themselves. */
  readonly name: string
  /** The type's OID, when it is to be found by that instead of by its name. */
  readonly oid?: Oid
  /** Reads the type's text form. */
  readonly decode: (text: string) => T
  /** Gives the type's text form. */
  readonly encode: (value: unknown) => string
  /** The binary form; results are then asked for in it. */
  readonly binary?: {
    /** Reads the binary form from bytes that may be kept. */
    readonly decode: (bytes: Uint8Array<ArrayBuffer>) => T
    /** Writes the binary form, or returns false (and writes nothing) to have `encode` asked for the text. */
    readonly encode: (value: unknown, writer: ByteWriter) => boolean | undefined
  }
  /** Whether a JavaScript array is one value of this type, so that an array of arrays is a list of values. */
  readonly takesArrays?: boolean
}

/** Refuses what cannot be a codec, before it is met in the middle of a row. @throws ConfigError */
export function checkCustomCodec(custom: CustomCodec): void {
  if (typeof custom !== "object" || custom === null) refuse("a codec", "an object", custom)
  const { name, decode, encode, binary } = custom
  if (typeof name !== "string") refuse("the name of a codec", "a string", name)
  if (custom.oid === undefined && parseTypeName(name) === undefined) {
    throw new ConfigError(`types.register: ${JSON.stringify(name)} is no type's name`)
  }
  if (typeof decode !== "function") refuse("decode", "a function", decode)
  if (typeof encode !== "function") refuse("encode", "a function", encode)
  if (binary === undefined) return
  if (typeof binary?.decode !== "function") refuse("binary.decode", "a function", binary?.decode)
  if (typeof binary.encode !== "function") refuse("binary.encode", "a function", binary.encode)
}

function refuse(what: string, expected: string, value: unknown): never {
  throw new ConfigError(`types.register: ${what} must be ${expected}, got ${describeValue(value)}`)
}

/** The codec over a user's functions. What they leave open stays as it is in the codec that they replace. */
export function codecFromCustom<T>(custom: CustomCodec<T>, replaced: Codec | undefined): Codec<T> {
  const { name, decode, encode, binary } = custom
  function guardDecode<A>(read: (input: A) => T, input: A): T {
    try {
      return read(input)
    } catch (cause) {
      throw cause instanceof ClientError
        ? cause
        : new DecodeError(name, "its registered codec cannot read it", { cause })
    }
  }

  function encodeText(value: unknown): string {
    let text: unknown
    try {
      text = encode(value)
    } catch (cause) {
      if (cause instanceof ClientError) throw cause
      throw new EncodeError(name, "a value that its registered codec can write", describeValue(value), { cause })
    }
    if (typeof text === "string") return sendableText(name, text)
    throw new EncodeError(name, "a string from its registered codec", describeValue(text))
  }

  function encodeBinary(value: unknown, writer: ByteWriter): boolean {
    const start = writer.length
    try {
      if (binary!.encode(value, writer) !== false) return true
    } catch (cause) {
      if (cause instanceof ClientError) throw cause
      throw new EncodeError(name, "a value that its registered codec can write", describeValue(value), { cause })
    }
    writer.truncate(start)
    return false
  }

  const codec: Codec<T> = {
    name,
    decodeText: (source: ByteSource, start: number, end: number) => guardDecode(decode, source.text(start, end)),
    encodeText,
    resultFormat: binary === undefined ? TEXT : BINARY,
    takesArrays: custom.takesArrays ?? replaced?.takesArrays ?? false,
    delimiter: replaced?.delimiter ?? ",",
  }
  if (binary === undefined) return codec
  return {
    ...codec,
    decodeBinary: (source: ByteSource, start: number, end: number) =>
      guardDecode(binary.decode, source.copy(start, end)),
    encodeBinary,
  }
}
