/**
 * What the compiler must infer of rows from the option `rows`, and what it must refuse there. Checked by the compiler,
 * never run.
 */

import { expectTypeOf } from "vitest"
import {
  type Connection,
  into,
  type Queryable,
  type QueryOptions,
  type Result,
  type Row,
  type RowFactory,
  type RowSchema,
  type RowShape,
  type RowStream,
  sql,
} from "../../src/index.ts"

interface User {
  id: number
  name: string
}

class Person {
  name = ""
}

class Named {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** As the schema libraries type theirs. */
interface SchemaOf<Input, Output> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Output; readonly issues?: undefined }
      | { readonly issues: readonly { readonly message: string; readonly path?: readonly PropertyKey[] | undefined }[] }
      | Promise<{ readonly value: Output; readonly issues?: undefined }>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export async function tuples(db: Queryable): Promise<void> {
  expectTypeOf(await db.rows("select 1", [], { rows: "tuple" })).toEqualTypeOf<unknown[][]>()
  expectTypeOf(await db.rows(sql`select 1`, { rows: "tuple" })).toEqualTypeOf<unknown[][]>()
  expectTypeOf(await db.rows<[number, string]>("select 1", [], { rows: "tuple" })).toEqualTypeOf<[number, string][]>()
  expectTypeOf(await db.one<[number]>(sql`select 1`, { rows: "tuple", timeout: 5 })).toEqualTypeOf<[number]>()
  expectTypeOf(await db.query("select 1", undefined, { rows: "tuple" })).toEqualTypeOf<Result<unknown[]>>()
  expectTypeOf(await db.first("select 1", [], { rows: "tuple" })).toEqualTypeOf<unknown[] | undefined>()
  expectTypeOf(db.stream("select 1", [], { rows: "tuple" })).toEqualTypeOf<RowStream<unknown[]>>()
  expectTypeOf(await db.execute("select 1", { rows: "tuple" })).toEqualTypeOf<Result<unknown[]>[]>()
  const many = await db.executeMany("select $1", [[1]], { rows: "tuple" })
  expectTypeOf(many.rows).toEqualTypeOf<unknown[][]>()
  const [id, name] = await db.one<[id: number, name: string]>("select 1, 'a'", [], { rows: "tuple" })
  expectTypeOf(id).toEqualTypeOf<number>()
  expectTypeOf(name).toEqualTypeOf<string>()
}

export async function scalars(db: Queryable): Promise<void> {
  expectTypeOf(await db.rows("select 1", [], { rows: "scalar" })).toEqualTypeOf<unknown[]>()
  expectTypeOf(await db.rows<number>("select 1", [], { rows: "scalar" })).toEqualTypeOf<number[]>()
  expectTypeOf(await db.rows<number>(sql`select 1`, { rows: "scalar" })).toEqualTypeOf<number[]>()
  expectTypeOf(await db.one("select 1", [], { rows: "scalar" })).toEqualTypeOf<unknown>()
  expectTypeOf(await db.execute<number>("select 1", { rows: "scalar" })).toEqualTypeOf<Result<number>[]>()
  expectTypeOf(db.stream<bigint>(sql`select 1`, { rows: "scalar" })).toEqualTypeOf<RowStream<bigint>>()
}

export async function objects(db: Queryable): Promise<void> {
  expectTypeOf(await db.rows("select 1")).toEqualTypeOf<Row[]>()
  expectTypeOf(await db.rows("select 1", [], { rows: "object" })).toEqualTypeOf<Row[]>()
  expectTypeOf(await db.rows<User>("select 1", [], { rows: "object" })).toEqualTypeOf<User[]>()
  expectTypeOf(await db.rows("select 1", [], { rows: into(Person) })).toEqualTypeOf<Person[]>()
  expectTypeOf(await db.first(sql`select 1`, { rows: into(Person) })).toEqualTypeOf<Person | undefined>()
}

export async function factories(db: Queryable, factory: RowFactory<Map<string, unknown>>): Promise<void> {
  expectTypeOf(await db.one("select 1", [], { rows: factory })).toEqualTypeOf<Map<string, unknown>>()
  expectTypeOf(db.stream("select 1", [], { rows: factory })).toEqualTypeOf<RowStream<Map<string, unknown>>>()
  const counted = await db.rows("select 1", [], { rows: (fields) => (values) => fields.length + values.length })
  expectTypeOf(counted).toEqualTypeOf<number[]>()
}

export async function schemas(db: Queryable, schema: SchemaOf<{ id: string }, User>): Promise<void> {
  expectTypeOf(schema).toExtend<RowSchema<User>>()
  expectTypeOf(await db.rows("select 1", [], { rows: schema })).toEqualTypeOf<User[]>()
  expectTypeOf(await db.one(sql`select 1`, { rows: schema })).toEqualTypeOf<User>()
  expectTypeOf(db.stream("select 1", [], { rows: schema })).toEqualTypeOf<RowStream<User>>()
}

export async function prepared(db: Connection, schema: SchemaOf<unknown, User>): Promise<void> {
  await using statement = await db.prepare("select 1")
  expectTypeOf(await statement.rows([1], { rows: "tuple" })).toEqualTypeOf<unknown[][]>()
  expectTypeOf(await statement.rows<[number]>([1], { rows: "tuple" })).toEqualTypeOf<[number][]>()
  expectTypeOf(await statement.first([1], { rows: "scalar" })).toEqualTypeOf<unknown>()
  expectTypeOf(await statement.one([1], { rows: schema })).toEqualTypeOf<User>()
  expectTypeOf(await statement.query<User>()).toEqualTypeOf<Result<User>>()
  expectTypeOf(await statement.value<number>([1])).toEqualTypeOf<number | undefined>()
}

/** Code that passes options on keeps the type of the rows. */
export function passesOn<R>(db: Queryable, options: QueryOptions<R>): Promise<R[]> {
  return db.rows("select 1", [], options)
}

export function passesShape<R>(db: Queryable, rows: RowShape<R>): Promise<Result<R>> {
  return db.query(sql`select 1`, { rows })
}

export function refuses(db: Queryable, factory: RowFactory<Person>, schema: SchemaOf<unknown, User>): void {
  // @ts-expect-error no such shape
  db.rows("select 1", [], { rows: "array" })
  // @ts-expect-error misspelt, beside an option that is right
  db.rows("select 1", [], { rows: "tuple", timout: 5 })
  // @ts-expect-error misspelt, beside an option that is right
  db.rows("select 1", [], { rows: "object", timout: 5 })
  // @ts-expect-error an object is no schema
  db.rows("select 1", [], { rows: {} })
  // @ts-expect-error a class is no factory of rows
  db.rows("select 1", [], { rows: Person })
  // @ts-expect-error the factory makes something else
  db.rows<User>("select 1", [], { rows: factory })
  // @ts-expect-error the schema gives something else
  db.rows<{ id: Date }>("select 1", [], { rows: schema })
  // @ts-expect-error a tuple's values have no type unless it is told
  db.one("select 1", [], { rows: "tuple" }).then((row) => row[0].toFixed())
  // @ts-expect-error a tuple may be shorter than one hopes
  db.one<[number]>("select 1", [], { rows: "tuple" }).then((row) => row[1])
  // @ts-expect-error nor has a first column
  db.one("select 1", [], { rows: "scalar" }).then((value) => value.toFixed())
  // @ts-expect-error a class whose constructor needs arguments cannot be made for a row
  into(Named)
  // @ts-expect-error a template takes no options
  db.rows`select 1`({ rows: "tuple" })
}
