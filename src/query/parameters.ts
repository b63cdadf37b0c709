/**
 * Values on their way into a Bind message: each is written by the codec of the type the server has described, straight
 * into the message. The format codes stand before the values, so they are reserved and patched as the codecs decide.
 *
 * A value whose type is not known yet can still go along when its text form is the same for every type it may turn out
 * to be: strings, bigints, booleans and most numbers. Objects wait for the description. But a string is text of any type,
 * while the others fit some types only, and the server would take 20240101 for a date and any digits for a bytea: they
 * are judged by their types when these are told, behind a run of what only reads, in front of that of all else.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BIND
 */

import { ByteWriter } from "../base/byte-writer.ts"
import { BINARY, type Format, TEXT } from "../base/format.ts"
import { EncodeError, UsageError } from "../errors/client-error.ts"
import { MAX_PARAMETERS } from "../protocol/encoder.ts"
import type { Codec } from "../types/codec.ts"
import { textCodec } from "../types/text.ts"

/** From this many bytes on a value is sent from where it is instead of being copied into the message. */
const LARGE_VALUE = 64 * 1024

/**
 * Writes the parameter part of a Bind message. A large Uint8Array is not copied: it must not be changed before it is sent.
 * @param codecs by position; a value without one is written in its text form
 * @throws EncodeError when a value does not fit its type
 */
export function writeParameters(
  writer: ByteWriter,
  values: readonly unknown[],
  codecs: readonly (Codec | undefined)[],
): void {
  const count = values.length
  writer.int16(count)
  const formats = writer.reserve(count * 2)
  writer.int16(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (value === null) {
      writer.patchInt16(formats + i * 2, TEXT)
      writer.int32(-1)
      continue
    }
    const codec = codecs[i]
    if (value instanceof Uint8Array && value.length >= LARGE_VALUE && codec?.isRawBytes) {
      writer.patchInt16(formats + i * 2, BINARY)
      writer.int32(value.length)
      writer.insert(value)
      continue
    }
    const lengthAt = writer.reserve(4)
    const format = writeValue(writer, value, codec, i + 1)
    writer.patchInt16(formats + i * 2, format)
    writer.patchInt32(lengthAt, writer.length - lengthAt - 4)
  }
}

/** Writes the result formats that end a Bind message: none (all text), one for all, or one each. */
export function writeResultFormats(writer: ByteWriter, formats: readonly Format[], common: Format | undefined): void {
  if (common !== undefined) {
    writer.int16(common === TEXT ? 0 : 1)
    if (common !== TEXT) writer.int16(common)
    return
  }
  writer.int16(formats.length)
  for (const format of formats) writer.int16(format)
}

/** Whether the values can be sent before their types are known. */
export function canSendUndescribed(values: readonly unknown[], codecs: readonly (Codec | undefined)[]): boolean {
  for (let i = 0; i < values.length; i++) {
    if (codecs[i] !== undefined) continue
    switch (typeof values[i]) {
      case "string":
      case "boolean":
        break
      case "bigint":
        if ((values[i] as bigint) < 0n) return false
        break
      case "number":
        if (!hasOneTextForm(values[i] as number)) return false
        break
      default:
        if (values[i] !== null) return false
    }
  }
  return true
}

/** Whether types may refuse a value that the server would take in its text form. */
export function mayMisfit(values: readonly unknown[], codecs: readonly (Codec | undefined)[]): boolean {
  return values.some((value, i) => value !== null && typeof value !== "string" && codecs[i] === undefined)
}

/**
 * Not so what is negative (oid and its kin would wrap it around), -0, NaN, the infinities and integers beyond 2^53: json,
 * integers and floats each take them in another way.
 */
function hasOneTextForm(value: number): boolean {
  if (!(value >= 0) || Object.is(value, -0)) return false
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
}

/** The refusal of values that went out as text, if the types they turned out to be for refuse them. Strings they don't. */
export function findUntyped(values: readonly unknown[], codecs: readonly Codec[]): EncodeError | undefined {
  return findMisfit(
    values.map((value) => (typeof value === "string" ? null : value)),
    codecs,
  )
}

/** The refusal that describes what the server has refused, when encoding by the types now known would have refused it. */
export function findMisfit(values: readonly unknown[], codecs: readonly Codec[]): EncodeError | undefined {
  const scratch = new ByteWriter(64)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const codec = codecs[i]
    if (value === null || codec === undefined) continue
    try {
      writeValue(scratch, value, codec, i + 1)
      scratch.truncate(0)
    } catch (error) {
      if (!(error instanceof EncodeError)) continue
      const { type, expected, received, element } = error
      return new EncodeError(type, expected, received, { parameter: i + 1, element, safeToRetry: false })
    }
  }
  return undefined
}

/** Refuses parameter lists that no statement can take, before anything is written. */
export function checkParameters(values: readonly unknown[]): void {
  if (values.length > MAX_PARAMETERS) {
    throw new UsageError(
      `a statement can have at most ${MAX_PARAMETERS} parameters, got ${values.length}: pass arrays to unnest() or use copyRows`,
      { safeToRetry: true },
    )
  }
  // Unlike indexOf, a loop sees the holes of an array.
  for (let i = 0; i < values.length; i++) if (values[i] === undefined) refuseUndefined("any type", i + 1)
}

/** Without a codec the value goes in its text form: what that is in binary depends on the type. */
function writeValue(writer: ByteWriter, value: unknown, codec: Codec | undefined, parameter: number): Format {
  if (value === undefined) refuseUndefined(codec?.name ?? "any type", parameter)
  try {
    if (codec === undefined && typeof value === "string" && writer.shortAscii(value)) return TEXT
    if (codec?.encodeBinary?.(value, writer)) return BINARY
    writer.utf8((codec ?? textCodec).encodeText(value))
    return TEXT
  } catch (error) {
    throw error instanceof EncodeError ? error.at(parameter) : error
  }
}

function refuseUndefined(type: string, parameter: number): never {
  throw new EncodeError(type, "a value, or null for NULL", "undefined", { parameter })
}
