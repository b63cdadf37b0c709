/**
 * The session that `test/generate/capture.ts` records on a real server and that the tests replay: everything a server
 * says in daily use. It goes in phases: the calls of one are made in the same tick, and all have settled before the
 * next begins, so what the client sends depends on the bytes it gets and on nothing else.
 *
 * A change here asks for a new recording.
 */

import type { Connection } from "../../src/connection/connection.ts"

/** Calls that are made together. */
export interface Phase {
  readonly title: string
  run(db: Connection): Promise<unknown>[]
}

const TYPES = `select 1::int2 as i2, -2147483648 as i4, 9007199254740993 as i8, 1.5::float4 as f4, 'NaN'::float8 as f8,
  12.340::numeric as n, true as b, 'grün' as t, '\\x00ff'::bytea as y, '0b6c1f2e-8b3c-4d1e-9f0a-6f5e4d3c2b1a'::uuid as u,
  '{"a":[1,null]}'::json as j, '[true]'::jsonb as jb, date '2026-11-20' as d, time '23:59:59.5' as ti,
  timestamp '2026-11-20 10:00:00.123456' as ts, timestamptz '2026-11-20 10:00+00' as tz, interval '1 mon 2 days 3s' as iv,
  array[1,null,3] as ai, array[['a','b,"'],['c',null]] as at, int4range(1,5) as r, null::int4 as x, '' as e`
const LOOKUP = "select g, g * $1 as product, null as nothing from generate_series(1, $2::int4) g"
const MIDDLE = "select 10 / (3 - g) as q from generate_series(1, 5) g"

/** The phases, in order. */
export const phases: readonly Phase[] = [
  {
    title: "first runs: text, typed later by the server",
    run: (db) => [
      db.query(TYPES),
      db.query(LOOKUP, [7, 3]),
      db.value("select $1::text", [null]),
      db.query("create temporary table notes (id int primary key, body text not null, at timestamptz)"),
      db.query(""),
      db.query("select"),
    ],
  },
  {
    title: "second runs: described, and given a name",
    run: (db) => [
      db.query(TYPES),
      db.query(LOOKUP, [-1, 2]),
      db.query(LOOKUP, [4, 1], { rows: "tuple", prepare: false }),
      db.query("insert into notes values ($1, $2, $3)", [1, "eins", new Date("2026-11-20T10:00:00Z")]),
      db.query("insert into notes values ($1, $2, $3)", [2, "x".repeat(300), null]),
    ],
  },
  {
    title: "third runs: by name, in binary",
    run: (db) => [
      db.query(TYPES),
      db.query(LOOKUP, [100, 4]),
      db.rows("select body, at from notes where id = any($1) order by id", [[1, 2]]),
      db.query("update notes set body = $1 where id > $2", ["neu", 1]),
      db.query("select * from notes where id = $1", [1], { prepare: true }),
    ],
  },
  {
    title: "errors, each its own",
    run: (db) => [
      db.query("select * from missing"),
      db.query(MIDDLE),
      db.query("insert into notes values (1, 'again')"),
      db.query("select $1::int4", ["no number"]),
      db.query("select $1::point[] where nonsense", [[{ x: 1, y: 2 }]]),
      db.query("select 'still' as fine"),
      db.query("select 2 as n", [], { prepare: true }),
    ],
  },
  {
    title: "what comes unasked: notices, notifications, parameters",
    run: (db) => [
      db.query("set time zone 'Asia/Tokyo'"),
      db.query("do $$ begin raise notice 'first'; raise warning 'second' using detail = 'more'; end $$"),
      db.query("listen news"),
      db.query("select pg_notify('news', 'payload ' || g) from generate_series(1, 2) g"),
      db.query("drop table if exists never_there"),
      db.query("select current_setting('TimeZone')"),
    ],
  },
  {
    title: "scripts",
    run: (db) => [
      db.execute("select 1 as a, null as b; select 'x' as a union all select 'y'; create temporary table t2 (); "),
      db.execute("; ;"),
      db.execute("insert into notes values (3, 'drei'); select * from missing; select 3", { rows: "tuple" }),
      db.execute("begin; select 1; rollback"),
      db.query("select count(*) from notes"),
    ],
  },
  {
    title: "a transaction that fails, a plan that goes stale, a statement that is gone",
    run: (db) => [
      db.query("begin"),
      db.query("select 1/0"),
      db.query("select 'not now'"),
      db.query("rollback"),
      db.query("alter table notes add column more int default 5"),
      db.query("select * from notes where id = $1", [1], { prepare: true }),
    ],
  },
  {
    title: "after DEALLOCATE ALL",
    run: (db) => [
      db.query("deallocate all"),
      db.query(LOOKUP, [5, 2]),
      db.query("select * from notes where id = $1", [2]),
    ],
  },
]
