/**
 * Cases of `client.query` on a connected client: every form of its arguments, right and wrong ones, and what comes back.
 */

import type { Case } from "./cases.ts"
import { describeValue } from "./describe-value.ts"
import type { Face } from "./face.ts"
import { type Log, logCallback, logEvents, observe, orNothing, settle, until } from "./observe.ts"
import { oddValues } from "./value-cases.ts"

/** A case on a client that is connected before and closed behind it; its events are part of what is seen. */
export function clientCase(
  name: string,
  use: (client: Face, log: Log, face: Face) => Promise<void> | void,
  options: { readonly config?: object; readonly differs?: string } = {},
): Case {
  return {
    name,
    ...(options.differs === undefined ? {} : { differs: options.differs }),
    run: async (face, server, log) => {
      const client = new face.Client({ ...server, ...options.config })
      await client.connect()
      logEvents(client, log)
      await use(client, log, face)
      await settle()
      await orNothing(client.end())
      await until(() => client._ended)
      await settle()
    },
  }
}

const texts: Readonly<Record<string, unknown>> = {
  "a statement": "select 1 as a, 'x' as b",
  "an empty text": "",
  "a semicolon": ";",
  "a comment": "-- nothing",
  "two statements": "select 1 as a; select 2 as b, 3 as c",
  "a script that fails": "select 1 as a; select foo; select 2",
  "a parameter": "select $1::text as a",
  "a wrong statement": "selec 1",
  "a config": { text: "select 1 as a" },
  "a config with values": { text: "select $1::int as a", values: [5] },
  "a config with a name": { name: "n", text: "select $1::text as a" },
  "a name alone": { name: "alone" },
  "an empty config": {},
  "text that is a number": { text: 5 },
  "a number": 5,
  "an array": [],
  null: null,
  undefined: undefined,
  "a row mode": { text: "select 1 as a, 2 as a", rowMode: "array" },
  "rows at a time": { text: "select generate_series(1, 5) as n", rows: 2 },
  "extended without values": { text: "select 1 as a", queryMode: "extended" },
  "types of its own": { text: "select 1 as a", types: { getTypeParser: () => (text: string) => `<${text}>` } },
}

const valueForms: Readonly<Record<string, unknown>> = {
  none: undefined,
  null: null,
  "an empty array": [],
  "one value": ["v"],
  "two values": ["v", 2],
  "a string": "v",
  "an object": { length: 1, 0: "v" },
  zero: 0,
}

/** Statements whose results are compared to the last key. */
const statements = [
  "select",
  "select 1 as a, 2 as a",
  'select 1 as "__proto__", 2 as "constructor", 3 as ""',
  "select null as a, ''::text as b",
  "select 1::int2, 2::int4, 3::int8, 4::oid, 1.5::float4, 2.5::float8, 1.50::numeric",
  "select true, false, null::bool",
  "select '\\x00ff'::bytea, 'a'::char, 'abc'::char(5), 'n'::name",
  "select '2026-11-20'::date, '2026-11-20 10:00'::timestamp, '2026-11-20 10:00+00'::timestamptz, '10:00'::time",
  "select 'infinity'::timestamp, '-infinity'::date, '0044-03-15 BC'::date, '2026-11-20 10:00:00.123456+05:30'::timestamptz",
  "select '1 year 2 mons -3 days 04:05:06.5'::interval",
  "select '{1,2,null}'::int[], '{{a,b},{c,d}}'::text[], '{}'::text[], '[0:1]={5,6}'::int[]",
  "select '{\"a\": [1, null]}'::json, '{\"a\": 1}'::jsonb, 'null'::jsonb",
  "select '(1,2)'::point, '<(1,2),3>'::circle, '((0,0),(1,1))'::box, '[1,5)'::int4range",
  "select 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '10.0.0.1/8'::inet, '12.34'::money, '101'::bit(3)",
  "select row(1, 'x'), 'a b'::tsvector",
  "select generate_series(1, 3) as n",
  "select repeat('x', 100000) as long",
  "create temp table t (a int primary key, b text not null)",
  "create temp table t (a int); insert into t values (1), (2); update t set a = 3; delete from t; select * from t",
  "begin",
  "begin; select 1; commit",
  "rollback",
  "set application_name = 'x'",
  "show application_name",
  "values (1, 'a'), (2, 'b')",
  "do $$ begin raise notice 'noted'; raise warning 'warned' using detail = 'd', hint = 'h'; end $$",
  "listen ch; notify ch, 'payload'",
  "explain select 1",
  "copy (select 1) to stdout",
  "create temp table t (a int); copy t from stdin",
  "prepare p as select $1::int as a; execute p(5); deallocate p",
]

/** Statements that the server refuses in different ways. */
const refusals = [
  "select foo",
  "select 1/0",
  "selec",
  "select 'x'::int",
  "create temp table t (a int unique); insert into t values (1), (1)",
  "create temp table t (a int not null); insert into t values (null)",
  "create temp table t (a int check (a > 0)); insert into t values (0)",
  "create temp table p (a int primary key); create temp table c (a int references p); insert into c values (1)",
  "do $$ begin raise exception 'mine' using errcode = 'P0099', detail = 'd', hint = 'h', table = 't', column = 'c'; end $$",
  "select * from nosuch",
  "drop table nosuch",
  "begin; select 1/0",
  "select pg_notify('', 'x')",
  "commit prepared 'nosuch'",
  "execute nosuch",
  "select nosuch()",
]

/** What pgline does otherwise, and why. */
const differences: Readonly<Record<string, string>> = {
  "query rows at a time, one value": "pg sends no Sync, so that the connection is of no use behind the error",
  "query rows at a time, two values": "pg sends no Sync, so that the connection is of no use behind the error",
}

function formCases(): Case[] {
  return Object.entries(texts).flatMap(([textName, text]) =>
    Object.entries(valueForms).map(([valuesName, values]) => {
      const name = `query ${textName}, ${valuesName}`
      const differs = differences[name]
      return clientCase(
        name,
        async (client, log) => {
          await observe(log, () => client.query(text, values), client)
        },
        differs === undefined ? {} : { differs },
      )
    }),
  )
}

function callbackCases(): Case[] {
  const calls: Readonly<Record<string, (client: Face, callback: unknown) => unknown>> = {
    "text, callback": (client, callback) => client.query("select 1 as a", callback),
    "text, values, callback": (client, callback) => client.query("select $1::int as a", [1], callback),
    "text, undefined, callback": (client, callback) => client.query("select 1 as a", undefined, callback),
    "text, null, callback": (client, callback) => client.query("select 1 as a", null, callback),
    "config, callback": (client, callback) => client.query({ text: "select 1 as a" }, callback),
    "config, values, callback": (client, callback) => client.query({ text: "select $1::int as a" }, [2], callback),
    "callback in the config": (client, callback) => client.query({ text: "select 1 as a", callback }),
    "an error": (client, callback) => client.query("select foo", callback),
    "values that are no array": (client, callback) => client.query("select 1", { a: 1 }, callback),
    "a wrong config": (client, callback) => client.query({ text: 5 }, callback),
    "two statements": (client, callback) => client.query("select 1; select 2", callback),
  }
  const callbacks: Readonly<Record<string, (log: Log) => unknown>> = {
    "a function": logCallback,
    "no function": () => "not a function",
    "an object": () => ({}),
  }
  return Object.entries(calls).flatMap(([callName, call]) =>
    Object.entries(callbacks).map(([callbackName, make]) =>
      clientCase(`query with ${callName}: ${callbackName}`, async (client, log) => {
        await observe(log, () => call(client, make(log)), client)
        await observe(log, () => client.query("select 'behind' as it"), client)
      }),
    ),
  )
}

/** What every run of these cases has in common: the values go to the server and come back. */
function parameterCases(): Case[] {
  return Object.entries(oddValues).map(([name, value]) =>
    clientCase(`parameter ${name}`, async (client, log) => {
      await observe(log, () => client.query("select $1::text as a", [value]), client)
      await observe(log, () => client.query("select 'behind' as it"), client)
    }),
  )
}

export const queryCases: readonly Case[] = [
  ...formCases(),
  ...callbackCases(),
  ...parameterCases(),
  ...statements.map((text) =>
    clientCase(`result of ${text}`, async (client, log) => {
      await observe(log, () => client.query(text), client)
      log.push(client.getTransactionStatus())
    }),
  ),
  ...statements
    .slice(0, 16)
    .map((text) =>
      clientCase(`result as arrays of ${text}`, (client, log) =>
        observe(log, () => client.query({ text, rowMode: "array", queryMode: "extended" }), client),
      ),
    ),
  ...refusals.map((text) =>
    clientCase(`refusal of ${text}`, async (client, log) => {
      await observe(log, () => client.query(text), client)
      log.push(client.getTransactionStatus())
      await observe(log, () => client.query("select 1 as a"), client)
    }),
  ),
  ...refusals.slice(0, 4).map((text) =>
    clientCase(`refusal in the extended protocol of ${text}`, async (client, log) => {
      await observe(log, () => client.query({ text, queryMode: "extended" }), client)
      await observe(log, () => client.query("select 1 as a"), client)
    }),
  ),
  clientCase("a name for two statements", async (client, log) => {
    await observe(log, () => client.query({ name: "n", text: "select 1 as a" }), client)
    await observe(log, () => client.query({ name: "n", text: "select 2 as a" }), client)
    await observe(log, () => client.query({ name: "n" }), client)
    await observe(log, () => client.query({ name: "n", text: "select 1 as a" }), client)
    log.push(client.connection.parsedStatements, client.connection.submittedNamedStatements)
  }),
  clientCase("a named statement that fails", async (client, log) => {
    await observe(log, () => client.query({ name: "n", text: "select foo" }), client)
    log.push(client.connection.parsedStatements, client.connection.submittedNamedStatements)
    await observe(log, () => client.query({ name: "n", text: "select 1 as a" }), client)
  }),
  clientCase("queries that wait", async (client, log) => {
    const all = ["select 1 as a", "select foo", "select 2 as b"].map((text) =>
      observe(log, () => client.query(text), client),
    )
    log.push(client._queryQueue.length)
    await Promise.all(all)
  }),
  clientCase("events of a query object", async (client, log, face) => {
    const query = new face.Query("select generate_series(1, 2) as n")
    query.on("row", (row: unknown, result: { rows: unknown[] }) => log.push(["row", row, result.rows.length]))
    const ended = new Promise((resolve) => query.on("end", resolve))
    log.push(client.query(query) === query)
    log.push(describeValue(await ended))
  }),
  clientCase("a query object with a callback", async (client, log, face) => {
    const query = new face.Query("select $1::int as n", [4], logCallback(log))
    log.push(client.query(query) === query)
    await observe(log, () => client.query("select 1 as a"), client)
  }),
  clientCase("an error of a query object", async (client, log, face) => {
    const query = new face.Query("select foo")
    const failed = new Promise((resolve) => query.on("error", resolve))
    client.query(query)
    log.push(describeValue(await failed))
  }),
  clientCase("a parser that throws", async (client, log) => {
    const types = {
      getTypeParser: () => () => {
        throw new TypeError("no such value")
      },
    }
    await observe(log, () => client.query({ text: "select generate_series(1, 3) as n", types }), client)
    await observe(log, () => client.query("select 1 as a"), client)
  }),
  clientCase("a client's own parsers", async (client, log) => {
    client.setTypeParser(23, (text: string) => `int ${text}`)
    client.setTypeParser(25, "text", (text: string) => `text ${text}`)
    await observe(log, () => client.query("select 1 as a, 'x'::text as b, 2::int8 as c"), client)
    log.push(client.getTypeParser(23)("7"), client.escapeIdentifier('a"'), client.escapeLiteral("a'"))
  }),
  clientCase("parsers from the config", (client, log) => observe(log, () => client.query("select 1 as a"), client), {
    config: { types: { getTypeParser: (oid: number, format: string) => (text: string) => `${oid} ${format} ${text}` } },
  }),
  clientCase("a promise class of its own", (client, log) => observe(log, () => client.query("select 1 as a"), client), {
    config: { Promise: class Own<T> extends Promise<T> {} },
  }),
  clientCase("a callback that throws leaves the client usable", async (client, log) => {
    const before = process.listeners("uncaughtException")
    process.removeAllListeners("uncaughtException")
    const caught = new Promise((resolve) => process.once("uncaughtException", resolve))
    client.query("select 1", () => {
      throw new RangeError("from the callback")
    })
    log.push(describeValue(await caught))
    for (const listener of before) process.on("uncaughtException", listener)
    await observe(log, () => client.query("select 2 as b"), client)
  }),
  clientCase(
    "65 536 values",
    async (client, log) => {
      await observe(log, () => client.query("select $1::int", new Array(65_536).fill(1)), client)
      await observe(log, () => client.query("select 1 as a"), client)
    },
    { differs: "pg sends a count of 0; pgline refuses before anything is sent" },
  ),
  clientCase(
    "a NUL in the text",
    async (client, log) => {
      await observe(log, () => client.query("select 1 as a\0, 2"), client)
      await observe(log, () => client.query("select 1 as a"), client)
    },
    { differs: "pg breaks the protocol, and the server refuses; pgline refuses before anything is sent" },
  ),
  clientCase(
    "results in binary",
    async (client, log) => {
      await observe(log, () =>
        client.query({ text: "select 300::int4 as a, '\\xff00fe'::bytea as b", binary: true, values: [] }),
      )
      await observe(
        log,
        () => client.query({ text: "select 200::int4 as a", binary: true, queryMode: "extended" }),
        client,
      )
    },
    { differs: "pg reads binary values as if they were UTF-8; pgline hands on the bytes" },
  ),
]
