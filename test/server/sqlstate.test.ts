/**
 * The list of conditions against a server's own, and errors provoked for real.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { tokenize } from "../../src/sql/tokenizer.ts"
import { readConditions } from "../generate/sqlstate.ts"
import { sharedServer, testVersion } from "../support/test-server.ts"

/** The major version in which a condition came. */
const SINCE: Readonly<Record<string, number>> = { "10608": 18, "2203G": 15, "25P04": 17, "58P03": 18 }
/** The major version in which a condition went. */
const UNTIL: Readonly<Record<string, number>> = { "72000": 17 }

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url, { parameters: { lc_messages: "C" } })
  await db.execute("create schema provoked; set search_path = provoked")
  await db.execute(`
    create domain positive as int constraint positive_check check (value > 0);
    create table parent (id int constraint parent_key primary key, name text not null, constraint short check (length(name) < 9));
    create table child (parent int constraint child_parent references parent on delete restrict);
    create table rooms (during int4range, constraint no_overlap exclude using gist (during with &&));
    create view short_names as select * from parent where length(name) < 3 with check option;
    create type mood as enum ('sad', 'happy');
    insert into parent values (1, 'one');
    insert into child values (1);
    insert into rooms values ('[1,5)');
  `)
})

afterAll(async () => {
  await db.execute("drop schema provoked cascade")
  await db.close()
})

/** The error that a statement ends with, the same through both of the protocol's ways where it can go through both. */
async function provoke(text: string): Promise<errors.ServerError> {
  const error = await refusal(db.execute(text))
  if (tokenize(text).some(({ start, end }) => text.slice(start, end) === ";")) return error
  const other = await refusal(db.query(text))
  expect(other.toJSON()).toEqual(error.toJSON())
  expect(other.constructor).toBe(error.constructor)
  return other
}

async function refusal(outcome: Promise<unknown>): Promise<errors.ServerError> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof errors.ServerError)) throw new Error("the server has not refused", { cause: error })
  return error
}

test("every condition is known to PL/pgSQL under this name and code", async () => {
  const conditions = readConditions()
  for (const { code, name } of conditions) {
    if (/^0[012]/.test(code)) continue // successes and warnings, which PL/pgSQL has no names for
    const error = await provoke(`do $$ begin raise ${name}; end $$`)
    const known = testVersion >= (SINCE[code] ?? 0) && testVersion < (UNTIL[code] ?? Number.POSITIVE_INFINITY)
    if (known) {
      const codes = conditions.filter((other) => other.name === name).map((other) => other.code)
      expect([name, codes.includes(error.code)]).toEqual([name, true])
    } else {
      expect([name, error.code]).toEqual([name, "42704"])
    }
    const raised = await provoke(`do $$ begin raise sqlstate '${code}'; end $$`)
    expect([code, raised.code, raised.condition]).toEqual([code, code, name])
  }
})

describe("provoked for real", () => {
  test.each<[string, new (...args: never[]) => errors.ServerError, Partial<errors.ServerError>]>([
    ["insert into parent values (1, 'two')", errors.UniqueViolation, { constraint: "parent_key", table: "parent" }],
    ["insert into parent values (2, null)", errors.NotNullViolation, { column: "name", schema: "provoked" }],
    ["insert into parent values (2, 'much too long')", errors.CheckViolation, { constraint: "short" }],
    ["insert into child values (7)", errors.ForeignKeyViolation, { constraint: "child_parent", table: "child" }],
    ["delete from parent", errors.IntegrityConstraintViolation, { constraint: "child_parent" }],
    ["insert into rooms values ('[2,3)')", errors.ExclusionViolation, { constraint: "no_overlap" }],
    ["insert into short_names values (3, 'long')", errors.WithCheckOptionViolation, {}],
    ["select (-1)::positive", errors.CheckViolation, { dataType: "positive", constraint: "positive_check" }],
    ["select 1 / 0", errors.DivisionByZero, { code: "22012" }],
    ["select 'x'::int", errors.InvalidTextRepresentation, {}],
    ["select 'great'::mood", errors.InvalidTextRepresentation, {}],
    ["select 40000::int2", errors.NumericValueOutOfRange, {}],
    ["select '2024-13-01'::date", errors.DatetimeFieldOverflow, {}],
    ["select 'tomorrow-ish'::date", errors.InvalidDatetimeFormat, {}],
    ["select 'abc'::varchar(3)::char(3) ~ '['", errors.InvalidRegularExpression, {}],
    ["insert into parent values (4, repeat('x', 9))", errors.CheckViolation, {}],
    ["create temp table t (a varchar(1)); insert into t values ('ab')", errors.StringDataRightTruncation, {}],
    ["select sqrt(-1)", errors.InvalidArgumentForPowerFunction, {}],
    ["select ln(0)", errors.InvalidArgumentForLogarithm, {}],
    ["select '{1,2'::int[]", errors.InvalidTextRepresentation, {}],
    ["select 1 limit -1", errors.InvalidRowCountInLimitClause, {}],
    ["select substring('a' from 1 for -1)", errors.SubstringError, {}],
    ["select (select generate_series(1, 2))", errors.CardinalityViolation, {}],
    ["selec 1", errors.SyntaxError, { position: 1 }],
    ["select nope", errors.UndefinedColumn, { position: 8 }],
    ["select * from nope", errors.UndefinedTable, { position: 15 }],
    ["select nope()", errors.UndefinedFunction, { position: 8 }],
    ["select 1::nope", errors.UndefinedObject, {}],
    ["select name, count(*) from parent", errors.GroupingError, {}],
    ["select a.id from parent a, parent a", errors.DuplicateAlias, {}],
    ["select id from parent a, parent b", errors.AmbiguousColumn, {}],
    ["create table parent ()", errors.DuplicateTable, {}],
    ["create schema provoked", errors.DuplicateSchema, {}],
    ["drop table parent", errors.DependentObjectsStillExist, {}],
    ["select date '2024-01-01' + true", errors.UndefinedFunction, {}],
    ["select coalesce(1, 'a'::text)", errors.DatatypeMismatch, {}],
    ["select true::date", errors.CannotCoerce, {}],
    ["execute nope", errors.InvalidSqlStatementName, {}],
    ["fetch from nope", errors.InvalidCursorName, {}],
    ["set search_path_ = 1", errors.UndefinedObject, {}],
    ["set work_mem = 'many'", errors.InvalidParameterValue, {}],
    ["set max_connections = 1", errors.CantChangeRuntimeParam, {}],
    ["begin read only; create table x ()", errors.ReadOnlySqlTransaction, {}],
    ["begin; select 1 / 0; select 1", errors.DivisionByZero, {}],
    ["begin; rollback to x", errors.InvalidSavepointSpecification, {}],
    ["set statement_timeout = 1; select pg_sleep(10)", errors.QueryCanceled, { transient: false }],
    ["do $$ begin raise exception 'no' using errcode = 'U0001'; end $$", errors.ServerError, { code: "U0001" }],
    ["do $$ begin raise exception 'no'; end $$", errors.RaiseException, {}],
    ["do $$ begin assert false; end $$", errors.AssertFailure, {}],
    ["do $$ declare a int; begin select 1 into strict a where false; end $$", errors.NoDataFound, {}],
    ["select repeat('x', 2147483647)", errors.ProgramLimitExceeded, {}],
    ["comment on column parent.nope is ''", errors.UndefinedColumn, {}],
    ["copy parent from '/nope/nope'", errors.UndefinedFile, {}],
  ])("%s", async (text, expected, fields) => {
    const error = await provoke(text)
    await db.execute("rollback; set statement_timeout = 0")
    expect(error).toBeInstanceOf(expected)
    expect(error).toMatchObject(fields)
    expect(error.severity).toBe("ERROR")
  })

  test("the caret stands under what the server means, whatever is before it", async () => {
    for (const before of ["", "1, ", "'漢字', ", "'😀é', ", "\n\t'é',\r\n  ", `${"1, ".repeat(300)}`]) {
      const report = String(await provoke(`select ${before}nope, ${"2, ".repeat(100)}3`)).split("\n")
      expect(report[0]).toBe('UndefinedColumn: column "nope" does not exist (42703 undefined_column)')
      const columns = Array.from(report[1]!).flatMap((c) => (/[漢字😀]/u.test(c) ? [c, ""] : [c]))
      expect(columns.slice(report[2]!.indexOf("^")).join("")).toMatch(/^nope, /)
    }
  })

  test("an error inside a function shows the function's statement", async () => {
    const report = String(await provoke("do $$ begin perform nope from parent; end $$"))
    expect(report).toMatch(
      /QUERY LINE 1: SELECT nope from parent\n {21}\^\nCONTEXT: PL\/pgSQL function inline_code_block line 1/,
    )
  })
})
