/**
 * What the compiler must accept and refuse about streams, executeMany and COPY. Checked by the compiler; never run.
 */

import { expectTypeOf } from "vitest"
import { type CopyIn, type CopyOut, type Queryable, type Row, type RowStream, sql } from "../../src/index.ts"

interface User {
  id: number
}

export async function streams(db: Queryable, signal: AbortSignal): Promise<void> {
  expectTypeOf(db.stream`select 1`).toEqualTypeOf<RowStream<Row>>()
  for await (const user of db.stream<User>("select 1", [], { signal })) expectTypeOf(user).toEqualTypeOf<User>()
  for await (const users of db.stream<User>(sql`select 1`).batches()) expectTypeOf(users).toEqualTypeOf<User[]>()
  expectTypeOf(db.stream<User>`select 1`.toReadableStream()).toEqualTypeOf<ReadableStream<User>>()
}

export async function many(db: Queryable, sets: AsyncIterable<[number, string]>): Promise<void> {
  const { rowCount, rows } = await db.executeMany<User>("insert …", sets, { returning: true })
  expectTypeOf(rowCount).toEqualTypeOf<number>()
  expectTypeOf(rows).toEqualTypeOf<User[]>()
  await db.executeMany(sql`insert …`, new Set([[1] as const]))
}

export async function copies(db: Queryable, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  expectTypeOf(await db.copyIn("copy t from stdin")).toEqualTypeOf<CopyIn>()
  expectTypeOf((await db.copyIn("copy t from stdin", bytes)).rowCount).toEqualTypeOf<number>()
  await db.copyIn(sql`copy ${sql.id("t")} from stdin`, ["1\n", "2\n"])
  expectTypeOf(db.copyOut("copy t to stdout")).toEqualTypeOf<CopyOut>()
  for await (const chunk of db.copyOut("copy t to stdout")) expectTypeOf(chunk).toExtend<Uint8Array>()
  await db.copyRows(sql.id("app", "t"), [[1, "a"]], { columns: ["id", "name"], format: "binary" })
}

export function refuses(db: Queryable): void {
  // @ts-expect-error a stream is no promise of rows
  db.stream`select 1`.then((rows) => rows)
  // @ts-expect-error sets of values are arrays
  db.executeMany("insert …", [{ id: 1 }])
  // @ts-expect-error text is one chunk, not many sets
  db.executeMany("insert …", "abc")
  // @ts-expect-error rows are arrays of values
  db.copyRows("t", [1, 2])
  // @ts-expect-error no such format
  db.copyRows("t", [[1]], { format: "json" })
  // @ts-expect-error columns are named
  db.copyRows("t", [[1]], { columns: "id" })
  // @ts-expect-error numbers are no data
  db.copyIn("copy t from stdin", [1, 2])
}
