import { describe, expect, test } from "vitest"
import { isPlainRead } from "../../../src/query/plain-read.ts"

describe("a plain read", () => {
  test.each([
    "select $1",
    "SELECT $1::int4, 'a''b (', \"f (\" FROM t WHERE id = $2 -- insert f($1)\n LIMIT $3",
    "/* update f($1) */ select count(*) from a where id in ($1, $2) and lower(name) = $3",
    "with x as (select 1 from t where a = $1) select * from x where (b + $2) * 2 > round($3, 2)",
    "(select 1) union all (values ($1), ($2))",
    "table t",
    "select $1::numeric(10, 2), $2::varchar(20) from t where exists (select from u where u.id = $1)",
    "select a $1 from delete_log, \"update\" where 'into' = b",
  ])("%s", (text) => {
    expect(isPlainRead(text)).toBe(true)
  })

  test.each([
    "",
    "insert into t values ($1)",
    "update t set a = $1",
    "delete from t where id = $1",
    "call f($1)",
    "explain analyze select f($1)",
    "create table t as select $1",
    "with x as (INSERT INTO t values ($1) returning *) select * from x",
    "select 1 into t",
    "select * from t where id = $1 for update",
    "select f($1)",
    "select f() where $1 > now()",
    "select f /* its arguments */ ($1)",
    'select "count"($1)',
    "select app.count($1)",
    "select app . values ($1)",
    'select U&"f"($1)',
    "select é($1)",
    "select count\u00a0($1)",
    "select filter($1), over($1), join($1)",
    "select E'\\' (' || f($1)",
    "select $$ ' $$, f($1)",
    "select $a$ ' $a$, f($1)",
    "select /* /* */ ' */ f($1) -- '",
    "select 1 /* not closed",
    "select 'not closed",
    'select "not closed',
  ])("is not: %s", (text) => {
    expect(isPlainRead(text)).toBe(false)
  })

  test("is not looked for in texts of millions of characters", () => {
    expect(isPlainRead(`select /* ${"x".repeat(2 ** 24)} */ $1`)).toBe(false)
  })

  test("is told in time that grows with the text only", () => {
    for (const piece of ["/*", "'", '"', "((", ". ", "a (", "\n", "/* ", "* /", "--", "$", "a", "(", "''", "\\"]) {
      expect(isPlainRead(`select ${piece.repeat(500_000)}`)).toBeTypeOf("boolean")
    }
  })
})
