/**
 * What the benchmark of types reads: a table for each family of types, many values in each row, so that decoding and not
 * the round trip is what is measured.
 */

/** A family, the columns of its rows, and how many rows there are. */
export interface TypeFamily {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
}

const array = (expression: string, length: number): string =>
  `array(select ${expression} from generate_series(1, ${length}) as j order by j)`

export const typeFamilies: readonly TypeFamily[] = [
  { name: "int4", columns: ["i", "i * 2", "-i", "i * 1000"], rows: 2000 },
  { name: "int8", columns: ["i::int8", "i * 4294967297", "-i::int8", "i * 1000003::int8"], rows: 2000 },
  { name: "float8", columns: ["i / 7.0::float8", "i * 0.1::float8", "sqrt(i)", "i::float8"], rows: 2000 },
  { name: "numeric", columns: ["i / 7.0", "i * 1.10", "i * 1e10", "-i / 3.0"], rows: 2000 },
  { name: "bool", columns: ["i % 2 = 0", "i % 3 = 0", "true", "i > 1000"], rows: 2000 },
  { name: "text", columns: ["'row ' || i", "md5(i::text)", "repeat('ü', i % 20)", "'label of ' || i"], rows: 2000 },
  { name: "uuid", columns: ["md5(i::text)::uuid", "md5((i + 1)::text)::uuid"], rows: 2000 },
  { name: "bytea", columns: ["decode(md5(i::text), 'hex')", "decode(repeat(md5(i::text), 8), 'hex')"], rows: 2000 },
  { name: "jsonb", columns: ["jsonb_build_object('id', i, 'tags', array['a', 'b'], 'name', 'row ' || i)"], rows: 2000 },
  {
    name: "timestamptz",
    columns: ["timestamptz '2026-01-01' + i * interval '1 min'", "timestamptz '1999-01-01' - i * interval '1 s'"],
    rows: 2000,
  },
  { name: "date", columns: ["date '2026-01-01' + i", "date '1999-01-01' - i"], rows: 2000 },
  { name: "interval", columns: ["i * interval '1 h'", "make_interval(months => i, secs => i / 8.0)"], rows: 2000 },
  { name: "point", columns: ["point(i, i / 2.0)", "point(-i, 0.1)"], rows: 2000 },
  { name: "int4[]", columns: [array("i * j", 50)], rows: 1000 },
  { name: "float8[]", columns: [array("(i * j)::float8 / 7", 50)], rows: 1000 },
  { name: "text[]", columns: [array("'label ' || i * j", 50)], rows: 1000 },
  { name: "timestamptz[]", columns: [array("timestamptz '2026-01-01' + i * j * interval '1 s'", 50)], rows: 500 },
  { name: "int4range[]", columns: [array("int4range(i, i + j)", 50)], rows: 500 },
  { name: "composite[]", columns: [array("row(i, j / 8.0, 'label ' || j)::bench_pair", 50)], rows: 500 },
]

/** The statements that make the families' tables. */
export function createTypeTables(): string {
  const tables = typeFamilies.map(({ columns, rows }, f) => {
    const list = columns.map((column, c) => `${column} as c${c}`).join(", ")
    return `create table bench_types_${f} as select ${list} from generate_series(1, ${rows}) as i`
  })
  return ["create type bench_pair as (a int4, b float8, c text)", ...tables].join(";\n")
}

/** The statement that reads a family's table. */
export function selectTypes(name: string): string {
  return `select * from bench_types_${typeFamilies.findIndex((family) => family.name === name)}`
}
