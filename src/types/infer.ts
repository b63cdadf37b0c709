/**
 * JavaScript value → PostgreSQL type, where neither the server nor the caller has said which one is meant: for values
 * written into a statement's text. Parameters are never guessed: the server describes them.
 */

import { type Oid, UNSPECIFIED_OID } from "../base/format.ts"
import { describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { Interval } from "./interval.ts"
import type { KnownTypes } from "./known-types.ts"
import { oids } from "./oids.generated.ts"
import type { TypeRegistry } from "./registry.ts"
import { temporalKind } from "./temporal-input.ts"

const LARGEST_INT8 = 9223372036854775807n

/** The codec that a value would have if nobody said its type. @throws EncodeError when there is none. */
export function inferCodec(registry: TypeRegistry, value: unknown): Codec {
  const oid = inferOid(registry.known, value)
  if (oid === UNSPECIFIED_OID) throw new EncodeError("unknown", "a value whose type can be told", describeValue(value))
  return registry.codecOrText(oid)
}

/** The text form of a value that is written into a statement, by the named type or the one it most likely is. */
export function literalOf(registry: TypeRegistry, value: unknown, type: string | undefined): string {
  const named = type === undefined ? undefined : registry.codecByName(type)
  return (named ?? inferCodec(registry, value)).encodeText(value)
}

/** The type that a value most likely is, 0 when there is no telling. */
export function inferOid(known: KnownTypes, value: unknown): Oid {
  switch (typeof value) {
    case "string":
      return oids.text
    case "boolean":
      return oids.bool
    case "number":
      if (!Number.isSafeInteger(value)) return oids.float8
      return (value | 0) === value ? oids.int4 : oids.int8
    case "bigint":
      return value > LARGEST_INT8 || value < -LARGEST_INT8 - 1n ? oids.numeric : oids.int8
    case "object":
      return value === null ? UNSPECIFIED_OID : inferObject(known, value)
    default:
      return UNSPECIFIED_OID
  }
}

function inferObject(known: KnownTypes, value: object): Oid {
  if (Array.isArray(value)) return arrayOid(known, inferElement(known, value))
  if (value instanceof Date) return oids.timestamptz
  if (value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof DataView) return oids.bytea
  if (value instanceof Interval) return oids.interval
  if (ArrayBuffer.isView(value)) return arrayOid(known, inferTyped(value))
  switch (temporalKind(value)) {
    case undefined:
      return oids.jsonb
    case "Instant":
    case "ZonedDateTime":
      return oids.timestamptz
    case "PlainDateTime":
      return oids.timestamp
    case "PlainDate":
      return oids.date
    case "PlainTime":
      return oids.time
    case "Duration":
      return oids.interval
    default:
      return UNSPECIFIED_OID
  }
}

/** The type of an array's elements at any depth; numbers of several types meet in the widest. */
function inferElement(known: KnownTypes, values: readonly unknown[]): Oid {
  let common: Oid | undefined
  for (const value of values) {
    if (value === null) continue
    const oid = Array.isArray(value) ? inferElement(known, value) : inferOid(known, value)
    common = common === undefined || common === oid ? oid : wider(common, oid)
    if (common === UNSPECIFIED_OID) return common
  }
  return common ?? oids.text
}

function wider(a: Oid, b: Oid): Oid {
  const either = (one: Oid, other: Oid): boolean => (a === one && b === other) || (a === other && b === one)
  if (either(oids.int4, oids.int8)) return oids.int8
  if (either(oids.int4, oids.float8)) return oids.float8
  const numbers: readonly Oid[] = [oids.int4, oids.int8, oids.float8, oids.numeric]
  return numbers.includes(a) && numbers.includes(b) ? oids.numeric : UNSPECIFIED_OID
}

function inferTyped(value: ArrayBufferView): Oid {
  if (value instanceof BigInt64Array) return oids.int8
  if (value instanceof BigUint64Array) return oids.numeric
  if (value instanceof Float64Array) return oids.float8
  if (value instanceof Float32Array) return oids.float4
  if (value instanceof Uint32Array) return oids.int8
  return value instanceof Int32Array || value instanceof Uint16Array ? oids.int4 : oids.int2
}

function arrayOid(known: KnownTypes, elementOid: Oid): Oid {
  return known.type(elementOid)?.arrayOid ?? UNSPECIFIED_OID
}
