import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const schema = "pgline_errors"
let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url, { parameters: { search_path: schema } })
  await db.execute(`
    drop schema if exists ${schema} cascade; create schema ${schema};
    create domain positive as int constraint positive_check check (value > 0);
    create table parent (id int constraint parent_key primary key, name text not null, size positive);
    create table child (parent_id int constraint child_parent references parent deferrable initially deferred);
    insert into parent values (1, 'one', 1);
    create function fails(note text) returns int language plpgsql as $$
      begin
        raise exception 'it failed: %', note using detail = 'the detail', hint = 'the hint', errcode = 'P0042',
          schema = 'a schema', table = 'a table', column = 'a column', datatype = 'a type', constraint = 'a constraint';
      end $$;
    create function inner_mistake() returns int language plpgsql as $$ begin return (select nope from parent); end $$`)
})

afterAll(async () => {
  await db.execute(`drop schema ${schema} cascade`)
  await db.close()
})

async function failure(promise: Promise<unknown>): Promise<errors.ServerError> {
  const error = await promise.then(
    () => new Error("should have failed"),
    (reason: unknown) => reason,
  )
  if (!(error instanceof errors.ServerError)) throw error
  return error
}

describe("the class tells the condition", () => {
  it.each([
    ["select 1/0", "DivisionByZero", "22012", "DataException"],
    ["select 'x'::int4", "InvalidTextRepresentation", "22P02", "DataException"],
    ["select nope", "UndefinedColumn", "42703", "SyntaxErrorOrAccessRuleViolation"],
    ["selec 1", "SyntaxError", "42601", "SyntaxErrorOrAccessRuleViolation"],
    ["select * from nope", "UndefinedTable", "42P01", "SyntaxErrorOrAccessRuleViolation"],
    ["select nope()", "UndefinedFunction", "42883", "SyntaxErrorOrAccessRuleViolation"],
    ["insert into parent values (1, 'again')", "UniqueViolation", "23505", "IntegrityConstraintViolation"],
    ["insert into parent (id) values (2)", "NotNullViolation", "23502", "IntegrityConstraintViolation"],
    ["insert into parent values (3, 'x', -1)", "CheckViolation", "23514", "IntegrityConstraintViolation"],
    ["create table parent ()", "DuplicateTable", "42P07", "SyntaxErrorOrAccessRuleViolation"],
    ["do $$ begin raise query_canceled; end $$", "QueryCanceled", "57014", "OperatorIntervention"],
  ] as const)("%s", async (text, name, code, parent) => {
    const error = await failure(db.query(text))
    expect(error).toBeInstanceOf(errors[name])
    expect(error).toBeInstanceOf(errors[parent])
    expect(error).toBeInstanceOf(errors.PglineError)
    expect(error).toMatchObject({ name, code, severity: "ERROR", fatal: false })
    expect(await db.value("select 'usable'")).toBe("usable")
  })
})

describe("every field the server sends arrives", () => {
  it("by its name", async () => {
    const error = await failure(db.query("select fails($1)", ["because"]))
    expect(error).toMatchObject({
      code: "P0042",
      severity: "ERROR",
      localizedSeverity: "ERROR",
      message: "it failed: because",
      detail: "the detail",
      hint: "the hint",
      schema: "a schema",
      table: "a table",
      column: "a column",
      dataType: "a type",
      constraint: "a constraint",
      statement: "select fails($1)",
      routine: "exec_stmt_raise",
      where: expect.stringContaining("PL/pgSQL function fails(text)"),
      position: undefined,
      internalQuery: undefined,
    })
    expect(error.file).toMatch(/\.c$/)
    expect(error.line).toBeGreaterThan(0)
  })

  it("with the place in the statement, counted in characters", async () => {
    const statement = "select '😀é', nope from parent"
    expect(await failure(db.query(statement))).toMatchObject({ position: [...statement].indexOf("n") + 1, statement })
  })

  it("with the place in a statement inside a function", async () => {
    expect(await failure(db.query("select inner_mistake()"))).toMatchObject({
      position: undefined,
      internalQuery: expect.stringContaining("select nope from parent"),
      internalPosition: expect.any(Number),
      where: expect.stringContaining("inner_mistake"),
    })
  })

  it("with the objects that a constraint is about", async () => {
    expect(await failure(db.query("insert into parent values ($1, $2)", [1, "x"]))).toMatchObject({
      schema,
      table: "parent",
      constraint: "parent_key",
      detail: "Key (id)=(1) already exists.",
    })
    expect(await failure(db.query("insert into parent (id) values ($1)", [5]))).toMatchObject({
      table: "parent",
      column: "name",
    })
    expect(await failure(db.query("insert into parent values (7, 'x', 0)"))).toMatchObject({
      schema,
      dataType: "positive",
      constraint: "positive_check",
    })
  })

  it("without the parameters' values", async () => {
    const secret = "hush hush"
    const error = await failure(db.query("select nope, $1::text", [secret]))
    for (const shown of [String(error), error.message, JSON.stringify(error), error.stack])
      expect(shown).not.toContain(secret)
  })

  it("in a script too, with the script as its statement", async () => {
    const script = "select 1;\nselect nope"
    expect(await failure(db.execute(script))).toMatchObject({
      code: "42703",
      statement: script,
      position: script.indexOf("nope") + 1,
    })
  })
})

describe("transactions", () => {
  it("fail as a whole and are usable after the rollback", async () => {
    await db.query("begin")
    await db.query("insert into parent values (10, 'ten')")
    await failure(db.query("select 1/0"))
    expect(db.info.transactionStatus).toBe("failed")
    for (let run = 0; run < 3; run++) {
      expect(await failure(db.query("select $1::int4", [run]))).toBeInstanceOf(errors.InFailedSqlTransaction)
    }
    expect(db.info.transactionStatus).toBe("failed")
    const rollback = await db.query("commit")
    expect(rollback.command).toBe("ROLLBACK")
    expect(db.info.transactionStatus).toBe("idle")
    expect(await db.first("select * from parent where id = 10")).toBeUndefined()
    expect(await db.value("select $1::int4", [7])).toBe(7)
  })

  it("keep what was done before a savepoint", async () => {
    await db.execute("begin; insert into parent values (11, 'eleven'); savepoint s")
    await failure(db.query("select 1/0"))
    await db.query("rollback to s")
    expect(db.info.transactionStatus).toBe("transaction")
    await db.query("commit")
    expect(await db.value("select name from parent where id = 11")).toBe("eleven")
  })

  it("learn at the commit of a constraint that was deferred", async () => {
    await db.query("begin")
    await db.query("insert into child values (404)")
    const error = await failure(db.query("commit"))
    expect(error).toBeInstanceOf(errors.ForeignKeyViolation)
    expect(error).toMatchObject({ constraint: "child_parent" })
    expect(db.info.transactionStatus).toBe("idle")
    expect(await db.value("select count(*) from child")).toBe(0n)
  })

  it("learn of it at once when each statement is its own", async () => {
    // The failure comes with the Sync, after the statement has reported its success.
    for (let run = 0; run < 3; run++) {
      expect(await failure(db.query("insert into child values ($1)", [404]))).toBeInstanceOf(errors.ForeignKeyViolation)
    }
    const results = await Promise.allSettled([
      db.query("insert into child values ($1)", [1]),
      db.query("insert into child values ($1)", [404]),
      db.query("insert into child values ($1)", [1]),
    ])
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"])
    expect(await db.value("select count(*) from child")).toBe(2n)
  })

  it("tell a serialization failure apart, which may be tried again", async () => {
    await using other = await connect(sharedServer.url, { parameters: { search_path: schema } })
    await db.execute("begin isolation level repeatable read; select * from parent")
    await other.query("update parent set name = 'won' where id = 1")
    const error = await failure(db.query("update parent set name = 'lost' where id = 1"))
    expect(error).toBeInstanceOf(errors.SerializationFailure)
    expect(error.transient).toBe(true)
    await db.execute("rollback")
  })
})

describe("errors in the middle of rows", () => {
  it("reject the query and leave the connection in step", async () => {
    const text = "select 100 / (50 - n) as x from generate_series(1, 100) n"
    for (let run = 0; run < 3; run++) {
      const [failed, next] = await Promise.allSettled([db.rows(text), db.value("select 1")])
      expect(failed).toMatchObject({ status: "rejected", reason: { code: "22012" } })
      expect(next).toEqual({ status: "fulfilled", value: 1 })
    }
  })

  it("of our own, when a value cannot be read as asked, do so too", async () => {
    await using strict = await connect(sharedServer.url, { types: { int8: "number" } })
    for (let run = 0; run < 3; run++) {
      const [failed, next] = await Promise.allSettled([
        strict.rows("select case n when 2 then 9007199254740993 else n end as big from generate_series(1, 3::int8) n"),
        strict.value("select 5::int8"),
      ])
      expect(failed).toMatchObject({ status: "rejected", reason: { name: "DecodeError", type: "int8", column: "big" } })
      expect(next).toEqual({ status: "fulfilled", value: 5 })
    }
  })
})

it("a session that the server ends tells why, then and later", async () => {
  await using victim = await connect(sharedServer.url)
  const ended = failureOf(victim.query("select pg_terminate_backend(pg_backend_pid())"))
  expect(await ended).toMatchObject({
    name: "ConnectionError",
    safeToRetry: false,
    cause: { code: "57P01", fatal: true },
  })
  expect(victim.isClosed).toBe(true)
  const refused = failureOf(victim.query("select 1"))
  expect(await refused).toMatchObject({ name: "ConnectionError", safeToRetry: true, cause: { code: "57P01" } })
})

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
