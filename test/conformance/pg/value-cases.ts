/**
 * Cases without a server: parameters, quoting, parsers of result values, configs.
 */

import type { Case } from "./cases.ts"
import { describeValue } from "./describe-value.ts"
import type { Face } from "./face.ts"
import type { Log } from "./observe.ts"

class Person {
  name = "Ann"
  toPostgres(prepare: (value: unknown) => unknown): unknown {
    return prepare({ named: this.name })
  }
}

const circular: { toPostgres?: () => unknown; toString(): string } = { toString: () => "circle" }
circular.toPostgres = () => circular

/** Values as parameters, by what they are called here. */
export const oddValues: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  "an empty string": "",
  "a string": 'it\'s \\ "quoted" \u{1f600}',
  zero: 0,
  "minus zero": -0,
  "a fraction": 0.1,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  "a huge number": 1e21,
  true: true,
  false: false,
  "a bigint": 9007199254740993n,
  "a symbol": Symbol("s"),
  "a function": () => 1,
  "a Date": new Date(1700000000123),
  "a Date before 1900": new Date(-3000000000000),
  "a Date of year 50": new Date(Date.UTC(50, 0, 1) - 1900 * 31556952000),
  "a Date BC": new Date(-62200000000000),
  "an empty array": [],
  "an array": [1, "two", null, undefined, true, 1.5],
  "a nested array": [
    [1, 2],
    [3, null],
  ],
  "an array of strings": ['a"b', "c\\d", "", "NULL", "{x}", " "],
  "an array of Dates": [new Date(0)],
  "an array of objects": [{ a: 1 }, { b: [1] }],
  "an array of bytes": [Buffer.from("ab"), new Uint8Array([1, 2])],
  "an array of bigints": [1n, -5n],
  "an array with a hole": [1, undefined, 3],
  "a Buffer": Buffer.from([0, 1, 255]),
  "an empty Buffer": Buffer.alloc(0),
  "a Uint8Array": new Uint8Array([1, 2, 3]),
  "a part of an ArrayBuffer": new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  "a Uint16Array": new Uint16Array([1, 258]),
  "a DataView": new DataView(new ArrayBuffer(3)),
  "an object": { a: 1, b: [true, null], c: { d: "x" } },
  "an empty object": {},
  "an object without prototype": Object.assign(Object.create(null), { a: 1 }),
  "an object with toJSON": { toJSON: () => ({ json: 1 }) },
  "an object with toPostgres": new Person(),
  "toPostgres to an array": { toPostgres: () => [1, 2] },
  "toPostgres to null": { toPostgres: () => null },
  "toPostgres to a number": { toPostgres: () => 7 },
  "toPostgres to bytes": { toPostgres: () => Buffer.from("x") },
  "toPostgres that throws": {
    toPostgres: () => {
      throw new RangeError("no")
    },
  },
  "toPostgres in a circle": circular,
  "a Map": new Map([[1, 2]]),
  "a Set": new Set([1]),
  "a RegExp": /x/g,
  "a boxed string": new String("boxed"),
  "a boxed number": new Number(5),
  "an Error": new Error("e"),
  "a bigint in an object": { a: 1n },
}

const identifiers = ["a", "A", 'a"b', "", "select", "a.b", "\u00e9"]
const literals: unknown[] = ["a", "it's", "\\", "a\\'b", "", "\n", null, undefined, 5, {}, true]

/** Text of the server by type, as the parsers get it. */
const texts: readonly (readonly [oid: number, ...texts: string[]])[] = [
  [16, "t", "f", "true", "TRUE", "y", "yes", "on", "1", "no", ""],
  [17, "\\x", "\\x00ff", "\\x4142", "abc", "a\\\\b", "\\000\\377"],
  [20, "0", "-1", "9223372036854775807", "-9223372036854775808"],
  [21, "5", "-5"],
  [23, "5", "-2147483648", "007"],
  [26, "4294967295"],
  [114, "null", "1", '"x"', '{"a":[1]}', "nope"],
  [600, "(1,2)", "(1.5,-2e10)", "x"],
  [700, "1.5", "NaN", "Infinity", "-Infinity", "1e-20"],
  [701, "1.7976931348623157e+308"],
  [718, "<(1,2),3>", "<(1.5,-2),0.25>"],
  [1000, "{t,f,NULL}", "{}"],
  [1001, '{"\\\\x00ff","\\\\x"}'],
  [1005, "{1,2}"],
  [1007, "{1,NULL,-3}", "{{1,2},{3,4}}", "[2:3]={5,6}", "{}"],
  [1009, '{a,"b c","d\\"e","f\\\\g",NULL,"NULL",""}', "{{a},{b}}", "{\u00e9}"],
  [1016, "{1,9223372036854775807}"],
  [1017, '{"(1,2)","(3,4)"}'],
  [1021, "{1.5,NaN}"],
  [1082, "2026-11-20", "0044-03-15 BC", "infinity", "-infinity", "0099-01-01", "12345-01-01", "nope"],
  [
    1114,
    "2026-11-20 10:00:00",
    "2026-11-20 10:00:00.1",
    "2026-11-20 10:00:00.123456",
    "2026-11-20 10:00:00.029",
    "0001-01-01 00:00:00",
    "0044-03-15 12:00:00 BC",
    "12345-01-01 00:00:00",
    "infinity",
  ],
  [1115, '{"2026-11-20 10:00:00"}'],
  [1182, "{2026-11-20}"],
  [
    1184,
    "2026-11-20 10:00:00+00",
    "2026-11-20 10:00:00.999999+01",
    "2026-11-20 10:00:00-05:30",
    "1883-11-18 12:03:58-07:52:58",
    "0044-03-15 12:00:00+00 BC",
    "-infinity",
  ],
  [1185, '{"2026-11-20 10:00:00+00"}'],
  [1186, "00:00:00", "1 year 2 mons 3 days 04:05:06.789", "-1 days +02:03:00", "-00:00:00.5", "3 mons", "1 day", ""],
  [1187, '{"1 day","00:00:01"}'],
  [1231, "{1.5,2.25}"],
  [1700, "1.50", "NaN"],
  [2950, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  [2951, "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"],
  [3802, '{"a": 1}'],
  [3807, '{"{\\"a\\": 1}",NULL}'],
  [3907, '{"[1,2)"}'],
  [99999, "anything"],
]

const configs: readonly unknown[] = [
  undefined,
  null,
  {},
  "postgres://u:p@h:1/d",
  "postgresql://h/d",
  "postgres://u@h",
  "postgres:///d",
  "postgres://u:p%40s@h/d%20b",
  "postgres://u:p@/d",
  "postgres://u:p@[::1]:5/d",
  "/tmp d",
  "/tmp",
  "socket:/tmp/?db=d&encoding=utf8",
  "postgres://%2Ftmp/d",
  "postgres://u:p@h/d?host=other&port=7",
  "postgres://h/d?ssl=true",
  "postgres://h/d?ssl=0",
  "postgres://h/d?sslmode=disable",
  "postgres://h/d?sslmode=no-verify",
  "postgres://h/d?sslmode=verify-full",
  "postgres://h/d?sslmode=prefer&uselibpqcompat=true",
  "postgres://h/d?sslmode=verify-ca&uselibpqcompat=true",
  "postgres://h/d?sslmode=verify-ca&uselibpqcompat=true&sslrootcert=/dev/null",
  "postgres://h/d?sslmode=require&uselibpqcompat=true&sslrootcert=/dev/null",
  "postgres://h/d?sslnegotiation=direct",
  "postgres://h/d?application_name=x&statement_timeout=5",
  "postgres://h:notaport/d",
  "not a url with spaces",
  { connectionString: "postgres://u:p@h/d", host: "other", user: "x", max: 3 },
  { host: "", port: 0, user: "", database: "" },
  { port: "6000" },
  { port: "x" },
  { host: "/tmp" },
  { ssl: true },
  { ssl: "true" },
  { ssl: "no-verify" },
  { ssl: { ca: "x", key: "secret" } },
  { ssl: false, sslnegotiation: "direct" },
  { sslnegotiation: "other" },
  { keepAlive: true, keepAliveInitialDelayMillis: 2500, connectionTimeoutMillis: 1999 },
  { statement_timeout: 5, lock_timeout: "6", idle_in_transaction_session_timeout: 7, query_timeout: 8 },
  { application_name: "a", fallback_application_name: "b", options: "-c x=y", replication: "database" },
  { client_encoding: "latin1", binary: true },
  { password: () => "x" },
]

function valueCase(name: string, run: (face: Face) => unknown): Case {
  return {
    name,
    run: (face: Face, _server, log: Log) => {
      try {
        log.push(describeValue(run(face)))
      } catch (error) {
        log.push(["threw", describeValue(error)])
      }
    },
  }
}

/** Reads all own properties, the hidden ones by name. */
function parametersOf(client: Face): unknown {
  const { connectionParameters: parameters } = client
  return [parameters, parameters.password, Object.keys(client), client.password, client.getStartupConf()]
}

export const valueCases: readonly Case[] = [
  ...Object.entries(oddValues).map(([name, value]) =>
    valueCase(`prepareValue of ${name}`, (face) => face.utils.prepareValue(value)),
  ),
  ...Object.entries(oddValues).map(([name, value]) => {
    const one = valueCase(`prepareValue of an array with ${name}`, (face) => face.utils.prepareValue([value]))
    const isLost = name === "toPostgres to null" || name === "toPostgres to bytes"
    return isLost ? { ...one, differs: "pg throws, because it takes what toPostgres gave for a string" } : one
  }),
  ...identifiers.map((name) => valueCase(`escapeIdentifier ${name}`, (face) => face.escapeIdentifier(name))),
  ...literals.map((text) => valueCase(`escapeLiteral ${String(text)}`, (face) => face.escapeLiteral(text))),
  ...texts.flatMap(([oid, ...values]) =>
    values.map((text) => valueCase(`parse ${oid} ${text}`, (face) => face.types.getTypeParser(oid)(text))),
  ),
  ...configs.map((config, i) =>
    valueCase(`config ${i} ${JSON.stringify(config)}`, (face) => parametersOf(new face.Client(config))),
  ),
  valueCase("keys of the module", (face) => Object.keys(face)),
  valueCase("native", (face) => Object.getOwnPropertyDescriptor(face, "native")?.enumerable),
  valueCase("keys of defaults", (face) => [Object.keys(face.defaults), { ...face.defaults }]),
  valueCase("parseInt8 is a setter", (face) => typeof Object.getOwnPropertyDescriptor(face.defaults, "parseInt8")?.set),
  valueCase("name of the pool", (face) => [face.Pool.name, face.Pool.length, Object.getPrototypeOf(face.Pool).name]),
  valueCase("a pool's options", (face) => new face.Pool({ max: 0, poolSize: 4, password: "x" }).options),
  valueCase("a pool's own keys", (face) => Object.keys(new face.Pool())),
  valueCase("own keys of a connection", (face) => Object.keys(new face.Connection())),
  valueCase("own keys of a query", (face) => Object.keys(new face.Query("select 1", [1]))),
  valueCase("own keys of a result", (face) => Object.keys(new face.Result("array"))),
  valueCase("own keys of an error", (face) => new face.DatabaseError("m", 5, "error")),
  valueCase("a query from a config", (face) => new face.Query({ text: "x", values: [1], rowMode: "array", rows: 5 })),
  valueCase("type overrides", (face) => {
    const overrides = new face.TypeOverrides()
    overrides.setTypeParser(23, (text: string) => `own ${text}`)
    overrides.setTypeParser(23, "binary", () => "bytes")
    return [
      overrides.getTypeParser(23)("1"),
      overrides.getTypeParser(23, "binary")("1"),
      overrides.getTypeParser(20)("5"),
    ]
  }),
  valueCase("overrides of an unknown format", (face) => Object.keys(new face.TypeOverrides().getOverrides("other"))),
  valueCase("arrayParser", (face) => face.types.arrayParser.create("{1,{2}}", (text: string) => `<${text}>`).parse()),
  valueCase("an unbalanced array", (face) => face.types.getTypeParser(1009)("{a,b")),
  valueCase("normalizeQueryConfig", (face) =>
    face.utils.normalizeQueryConfig({ text: "a", values: [1] }, [2], () => {}),
  ),
  valueCase("normalizeQueryConfig of text", (face) => face.utils.normalizeQueryConfig("a", () => {})),
]
