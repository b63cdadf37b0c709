/**
 * What the compiler must accept and refuse about values and their types. Checked by the compiler; never run.
 */

import { expectTypeOf } from "vitest"
import {
  type Connection,
  type CustomCodec,
  type Field,
  type Interval,
  type Range,
  type RangeLike,
  type TypeOptions,
  types,
} from "../../src/index.ts"

interface Money {
  amount: bigint
}

export function registers(db: Connection): void {
  const codec: CustomCodec<Money> = {
    name: "app.money",
    decode: (text) => ({ amount: BigInt(text) }),
    encode: (value) => String((value as Money).amount),
    binary: {
      decode: (bytes) => {
        expectTypeOf(bytes).toEqualTypeOf<Uint8Array<ArrayBuffer>>()
        return { amount: 0n }
      },
      encode: () => false,
    },
  }
  db.types.register(codec)
  types.register(codec)
  expectTypeOf(db.types.load("app.mood")).toEqualTypeOf<Promise<void>>()
  const options: TypeOptions = {
    int8: "string",
    numeric: "number",
    json: { parse: JSON.parse, stringify: JSON.stringify },
  }
  db.query("select 1", [], { types: options })
}

export async function values(db: Connection): Promise<void> {
  const row = await db.one<{ during: Range<Date>; every: Interval }>`select 1`
  expectTypeOf(row.during.lower).toEqualTypeOf<Date | null>()
  expectTypeOf(row.every.microseconds).toEqualTypeOf<bigint>()
  expectTypeOf(new types.Range(1, 2, "[)")).toExtend<RangeLike<number>>()
  expectTypeOf(types.oids.int4).toExtend<number>()
}

export function columns(field: Field): void {
  expectTypeOf(field.name).toEqualTypeOf<string>()
  expectTypeOf(field.typeName).toEqualTypeOf<string>()
  expectTypeOf(field.typeOid).toEqualTypeOf<number>()
  expectTypeOf(field.typeModifier).toEqualTypeOf<number>()
  expectTypeOf(field.tableOid).toEqualTypeOf<number>()
  expectTypeOf(field.columnNumber).toEqualTypeOf<number>()
}

export function refuses(db: Connection, field: Field): void {
  // @ts-expect-error a codec reads and writes
  db.types.register({ name: "app.money", decode: (text: string) => text })
  // @ts-expect-error a codec writes text
  db.types.register({ name: "app.money", decode: (text) => text, encode: () => 5 })
  // @ts-expect-error no such choice
  db.query("select 1", [], { types: { int8: "float" } })
  // @ts-expect-error misspelt
  db.query("select 1", [], { types: { integer: "string" } })
  // @ts-expect-error what the server said is only to be read
  field.typeName = "text"
  // @ts-expect-error types are told by name
  db.query("select $1", [1], { parameterTypes: [23] })
}
