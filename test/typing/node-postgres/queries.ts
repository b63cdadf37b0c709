/** Types of queries and results by name, queries as classes, the registry of types, what else there is. */

import {
  type ClientBase,
  type ClientConfig,
  type CustomTypesConfig,
  DatabaseError,
  type Defaults,
  defaults,
  escapeIdentifier,
  escapeLiteral,
  type FieldDef,
  Pool,
  type PoolConfig,
  Query,
  type QueryArrayConfig,
  type QueryArrayResult,
  type QueryConfig,
  type QueryConfigValues,
  type QueryResult,
  type QueryResultBase,
  type QueryResultRow,
  Result,
  type ResultBuilder,
  TypeOverrides,
  types,
} from "pg"

const plain: QueryConfig = { text: "select $1", values: [1] }
plain.values?.push(2)
plain.name = "one"
const typed: QueryConfig<[number, string]> = { text: "select $1, $2", values: [1, "a"] }
const array: QueryArrayConfig = { text: "select 1", rowMode: "array" }
const values: QueryConfigValues<string[]> = ["a"]

interface User extends QueryResultRow {
  id: number
}

/** As an ORM's driver takes it. */
export async function execute(client: ClientBase, sql: string, parameters: unknown[]): Promise<QueryResultBase> {
  const result = await client.query({ text: sql, values: parameters })
  return result
}

/** As a helper picks rows. */
export function firstRow<R extends QueryResultRow>(result: QueryResult<R>): R | null {
  return result.rows[0] ?? null
}

export function ofArrays(result: QueryArrayResult): unknown[] {
  return result.rows.map((row) => row[0])
}

export async function run(client: ClientBase): Promise<void> {
  const users = await client.query<User>(plain)
  const user: User | null = firstRow(users)
  await client.query(typed)
  await client.query(typed, [2, "b"])
  console.log(ofArrays(await client.query(array)), ofArrays(await client.query(array, values)), user)
  const fields: FieldDef[] = users.fields
  console.log(fields[0]?.format)

  const query = client.query(new Query<User>("select 1 as id"))
  query.on("row", (row, result) => {
    console.log(row.id)
    result?.addRow(row)
  })
  query.on("end", (result: ResultBuilder<User>) => console.log(result.rowCount))
  query.on("error", (error) => console.error(error.message))
  new Query({ text: "select $1", values: ["a"] }, (error, result) => console.log(error, result.rows))
  new Query("select $1", ["a"], (error: Error | undefined, result: ResultBuilder) => console.log(error, result.rows))
}

export function registry(client: ClientBase): void {
  types.setTypeParser(20, (value) => Number.parseInt(value, 10))
  types.setTypeParser(types.builtins.INT8, BigInt)
  types.setTypeParser(types.builtins.NUMERIC, "text", parseFloat)
  types.setTypeParser(types.builtins.DATE, (value: string) => value)
  const parse: (value: string) => Date = types.getTypeParser(types.builtins.TIMESTAMPTZ)
  const other: CustomTypesConfig = {
    getTypeParser: (oid, format) => {
      if (oid === types.builtins.DATE) return (value: string) => value
      return types.getTypeParser(oid, format)
    },
  }
  client.setTypeParser(types.builtins.JSON, JSON.parse)
  console.log(client.getTypeParser(types.builtins.JSON, "text")("{}").a)
  const overrides = new TypeOverrides(other)
  overrides.setTypeParser(20, Number)
  overrides.setTypeParser(17, "binary", (value) => value.toString("hex"))
  overrides.getTypeParser(20, "text")
  new Pool({ types: overrides, database: "app" })
  console.log(parse("2000-01-01").getTime(), new Result<User>("array", types).rows)
}

export function settings(): Defaults {
  defaults.parseInt8 = true
  defaults.poolSize = 5
  defaults.ssl = true
  const config: ClientConfig & PoolConfig = { ...defaults, user: escapeIdentifier("a"), password: escapeLiteral("b") }
  console.log(config.host)
  return defaults
}

export function failure(error: unknown): string | undefined {
  if (error instanceof DatabaseError) {
    const position = error.position === undefined ? 0 : Number.parseInt(error.position, 10)
    console.log(position, error.constraint, error.severity, error.length)
    return error.code
  }
  return error instanceof Error ? error.message : undefined
}
