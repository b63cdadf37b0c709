/**
 * Composite types ↔ objects by attribute name. Any name is plain data, `__proto__` too. Going out, an object has to have
 * every attribute (null for NULL), or an array stands for them in order.
 *
 *     attributes   (type oid   length or -1   bytes) × attributes          (1,"a b",,"")  — nothing between commas: NULL
 *       int32        int32        int32
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY, type Oid, TEXT } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import { assembleObject } from "./assemble-object.ts"
import type { Codec } from "./codec.ts"
import { LiteralScanner, quoteElement } from "./literal-scanner.ts"
import { sendableText } from "./text-form.ts"

const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c
const COUNT = 4
const FIELD = 8
const ENDS_EARLY = "it ends before its last field"
const TOO_LONG = "a field is longer than the row"
const ENDS_LATE = "there are bytes behind its last field"

/** One attribute, in order; dropped ones left out. */
export interface CompositeAttribute {
  readonly name: string
  readonly oid: Oid
}

/** A composite type with the codecs of its attributes. */
export interface CompositeDefinition {
  readonly name: string
  /** The type's own OID; 0 when it has none. */
  readonly oid?: Oid
  readonly attributes: readonly CompositeAttribute[]
  /** The codec of an attribute's type. Asked once for each attribute. */
  readonly codecOf: (oid: Oid) => Codec
}

/** A composite value: what its attributes are called and hold. */
export type CompositeValue = Record<string, unknown>

/** A composite value has other attributes than its type had when the catalogs were asked. */
export class ChangedTypeError extends DecodeError {
  /** The type to be asked about again. */
  readonly oid: Oid

  constructor(
    type: string,
    oid: Oid,
    problem = "its attributes are not the ones that are known; the type may have changed",
    place: { readonly column?: string; readonly cause?: unknown } = {},
  ) {
    super(type, problem, place)
    this.oid = oid
  }

  override in(column: string): ChangedTypeError {
    return changedIn(this, column)
  }
}

function changedIn(error: ChangedTypeError, column: string): ChangedTypeError {
  return new ChangedTypeError(error.type, error.oid, error.problem, { column, cause: error })
}

/** The codec of a composite type. */
export function compositeOf({ name, oid = 0, attributes, codecOf }: CompositeDefinition): Codec<CompositeValue> {
  const names = attributes.map((attribute) => attribute.name)
  const codecs = attributes.map((attribute) => codecOf(attribute.oid))
  const count = names.length
  const oids = attributes.map((attribute) => attribute.oid)
  const decodes = codecs.map((codec) => codec.decodeBinary ?? copyBytes)
  const assemble = assembleObject(names)

  function decodeText(source: ByteSource, start: number, end: number): CompositeValue {
    const values: unknown[] = []
    readFields(name, source, start, end, (scan, isNull) => {
      if (values.length < names.length) values.push(isNull ? null : decodeAttributeText(values.length, scan))
      else if (!isNull || values.length > 0) throw new ChangedTypeError(name, oid)
    })
    if (values.length !== names.length) throw new ChangedTypeError(name, oid)
    return assemble(values)
  }

  /** Text does not tell the types of its fields: one that its codec cannot read may be another attribute's. */
  function decodeAttributeText(i: number, { source, start, end }: LiteralScanner): unknown {
    try {
      return codecs[i]!.decodeText(source, start, end)
    } catch (cause) {
      if (!(cause instanceof DecodeError) || cause instanceof ChangedTypeError) throw cause
      throw new ChangedTypeError(name, oid, `attribute ${JSON.stringify(names[i])}: ${cause.message}`, { cause })
    }
  }

  function decodeBinary(source: ByteSource, start: number, end: number): CompositeValue {
    if (readCount(name, source, start, end) !== count) throw new ChangedTypeError(name, oid)
    const { view } = source
    const values = new Array<unknown>(count)
    let at = start + COUNT
    for (let i = 0; i < count; i++) {
      if (at + FIELD > end) throw new DecodeError(name, ENDS_EARLY)
      if (view.getUint32(at) !== oids[i]) throw new ChangedTypeError(name, oid)
      const length = view.getInt32(at + 4)
      at += FIELD
      if (length === -1) {
        values[i] = null
        continue
      }
      const next = at + length
      if (length < 0 || next > end) throw new DecodeError(name, TOO_LONG)
      values[i] = decodes[i]!(source, at, next)
      at = next
    }
    if (at !== end) throw new DecodeError(name, ENDS_LATE)
    return assemble(values)
  }

  /** The attributes' values in order. @throws EncodeError when one is missing or the value is nothing of that kind. */
  function valuesOf(value: unknown): unknown[] {
    if (Array.isArray(value)) {
      if (value.length !== names.length) {
        throw new EncodeError(name, `${names.length} attributes`, describeValue(value))
      }
      return value.map((item, i) => present(item, i))
    }
    if (typeof value !== "object" || value === null) {
      throw new EncodeError(name, "an object, an array of its attributes or text", describeValue(value))
    }
    return names.map((attribute, i) => present(propertyOf(value, attribute), i))
  }

  function present(value: unknown, i: number): unknown {
    if (value === undefined) {
      throw new EncodeError(name, `attribute ${JSON.stringify(names[i])}, null for NULL`, "undefined")
    }
    return value
  }

  function encodeText(value: unknown): string {
    if (typeof value === "string") return sendableText(name, value)
    const fields = valuesOf(value).map((item, i) => (item === null ? "" : quoteElement(codecs[i]!.encodeText(item))))
    return `(${fields.join(",")})`
  }

  function encodeBinary(value: unknown, writer: ByteWriter): boolean {
    if (typeof value !== "object" || value === null) return false
    const values = valuesOf(value)
    const start = writer.length
    writer.int32(values.length)
    for (let i = 0; i < values.length; i++) {
      writer.int32(attributes[i]!.oid)
      const length = writer.reserve(4)
      if (values[i] === null) writer.patchInt32(length, -1)
      else {
        const { encodeBinary } = codecs[i]!
        if (encodeBinary === undefined || !encodeBinary(values[i], writer)) {
          writer.truncate(start)
          return false
        }
        writer.patchInt32(length, writer.length - length - 4)
      }
    }
    return true
  }

  const prefersText = codecs.some((codec) => codec.prefersText === true || codec.decodeBinary === undefined)
  return {
    name,
    decodeText,
    decodeBinary,
    encodeText,
    encodeBinary,
    resultFormat: prefersText ? TEXT : BINARY,
    prefersText,
    takesArrays: true,
  }
}

/** An object's property; what every object inherits is none. */
function propertyOf(value: object, name: string): unknown {
  if (!Object.hasOwn(value, name) && name in Object.prototype) return undefined
  return (value as CompositeValue)[name]
}

function copyBytes(source: ByteSource, start: number, end: number): unknown {
  return source.copy(start, end)
}

/** The number of fields, when there can be as many in these bytes. */
function readCount(name: string, source: ByteSource, start: number, end: number): number {
  if (end - start < COUNT) throw new DecodeError(name, `expected at least ${COUNT} bytes, got ${end - start}`)
  const count = source.view.getInt32(start)
  if (count < 0 || count > (end - start - COUNT) / FIELD) {
    throw new DecodeError(name, "more fields announced than there are bytes")
  }
  return count
}

/** Reads `(a,b,…)`. One empty field and no field at all look alike: it is given to `onField` as NULL. */
export function readFields(
  name: string,
  source: ByteSource,
  start: number,
  end: number,
  onField: (scan: LiteralScanner, isNull: boolean) => void,
): void {
  const scan = new LiteralScanner(name, source, start, end)
  scan.expect(OPEN)
  do {
    scan.element(COMMA, CLOSE)
    onField(scan, scan.start === scan.end && !scan.quoted)
  } while (scan.take(COMMA))
  scan.expect(CLOSE)
  scan.finish()
}

/** Reads the binary form of any row, each field by the codec that is chosen for its type and place. */
export function decodeFieldsBinary(
  name: string,
  source: ByteSource,
  start: number,
  end: number,
  codecFor: (oid: Oid, index: number) => Codec | undefined,
): unknown[] {
  const { view } = source
  const count = readCount(name, source, start, end)
  let at = start + COUNT
  const values: unknown[] = []
  for (let i = 0; i < count; i++) {
    if (at + FIELD > end) throw new DecodeError(name, ENDS_EARLY)
    const codec = codecFor(view.getUint32(at), i)
    const length = view.getInt32(at + 4)
    at += FIELD
    if (length === -1) {
      values.push(null)
      continue
    }
    const next = at + length
    if (length < 0 || next > end) throw new DecodeError(name, TOO_LONG)
    values.push(codec?.decodeBinary === undefined ? source.copy(at, next) : codec.decodeBinary(source, at, next))
    at = next
  }
  if (at !== end) throw new DecodeError(name, ENDS_LATE)
  return values
}
