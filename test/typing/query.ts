/**
 * What the compiler must accept and refuse about queries. Checked by `tsc`; never run.
 */

import { expectTypeOf } from "vitest"
import {
  type Connection,
  into,
  type Pipeline,
  type Pool,
  type PooledConnection,
  type Queryable,
  type Result,
  type Row,
  type RowFactory,
  sql,
  type Transaction,
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

export async function threeForms(db: Queryable, age: number): Promise<void> {
  expectTypeOf(await db.query`select ${age}`).toEqualTypeOf<Result<Row>>()
  expectTypeOf(await db.query("select 1")).toEqualTypeOf<Result<Row>>()
  expectTypeOf(await db.query("select $1", [age], {})).toEqualTypeOf<Result<Row>>()
  expectTypeOf(await db.query(sql`select ${age}`)).toEqualTypeOf<Result<Row>>()
  expectTypeOf(await db.query<User>`select * from users`).toEqualTypeOf<Result<User>>()
  expectTypeOf(await db.query<User>("select * from users", [])).toEqualTypeOf<Result<User>>()
  expectTypeOf(await db.query<User>(sql`select * from users`)).toEqualTypeOf<Result<User>>()
}

export async function methods(db: Queryable): Promise<void> {
  expectTypeOf(await db.rows<User>`select 1`).toEqualTypeOf<User[]>()
  expectTypeOf(await db.one<User>`select 1`).toEqualTypeOf<User>()
  expectTypeOf(await db.first<User>`select 1`).toEqualTypeOf<User | undefined>()
  expectTypeOf(await db.value<bigint>`select 1`).toEqualTypeOf<bigint | undefined>()
  expectTypeOf(await db.value("select 1")).toEqualTypeOf<unknown>()
  expectTypeOf(await db.execute("select 1")).toEqualTypeOf<Result<Row>[]>()
  const result = await db.query<User>`select 1`
  for (const user of result) expectTypeOf(user).toEqualTypeOf<User>()
  expectTypeOf(result.rowCount).toEqualTypeOf<number>()
  expectTypeOf(result.fields[0]?.typeOid).toEqualTypeOf<number | undefined>()
}

export async function shapes(db: Queryable, factory: RowFactory<Map<string, unknown>>): Promise<void> {
  expectTypeOf(await db.rows("select 1", [], { rows: into(Person) })).toEqualTypeOf<Person[]>()
  expectTypeOf(await db.one("select 1", [], { rows: factory })).toEqualTypeOf<Map<string, unknown>>()
  expectTypeOf(await db.first(sql`select 1`, { rows: into(Person) })).toEqualTypeOf<Person | undefined>()
  expectTypeOf(await db.rows<[number, string]>("select 1, 'a'", [], { rows: "tuple" })).toEqualTypeOf<
    [number, string][]
  >()
  expectTypeOf(await db.rows<number>("select 1", [], { rows: "scalar" })).toEqualTypeOf<number[]>()
}

export function everyConnectionIsQueryable(db: Connection): void {
  expectTypeOf(db).toExtend<Queryable>()
  expectTypeOf<Pool | PooledConnection | Transaction | Pipeline>().toExtend<Queryable>()
  expectTypeOf(db).toExtend<AsyncDisposable>()
}

export function refuses(db: Queryable): void {
  // @ts-expect-error parameters are an array
  db.query("select $1", 5)
  // @ts-expect-error a template takes its values itself
  db.query(sql`select 1`, [1])
  // @ts-expect-error no such shape
  db.query("select 1", [], { rows: "array" })
  // @ts-expect-error no such choice
  db.query("select 1", [], { prepare: "always" })
  // @ts-expect-error misspelt
  db.query("select 1", [], { row: "tuple" })
  // @ts-expect-error value decides the shape itself, and its type is not the row's
  db.value<number>("select 1", [], { rows: into(Person) }).then((n: Person) => n)
  // @ts-expect-error a script has no parameters
  db.execute("select $1", [1])
  // @ts-expect-error a class whose constructor needs arguments cannot be made for a row
  into(Named)
  // @ts-expect-error a row without a type tells nothing of its values
  db.one("select 1 as n").then((row) => row["n"].toFixed())
}
