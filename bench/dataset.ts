/**
 * The tables every driver reads and writes, and the statements they are read and written with. All content is computed
 * from row numbers, so each run and each machine sees the same bytes.
 */

/** Where the server is. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** One row of the insert workloads. */
export interface InsertRow {
  readonly id: number
  readonly name: string
  readonly createdAt: Date
  readonly score: number
}

/** How many rows the point selects choose from. */
export const POINT_ROWS = 10_000

/** The size of the large bytea. */
export const BLOB_BYTES = 50_000_000

/** The statements. Names are what drivers that want one prepare them under. */
export const statements = {
  point: {
    name: "bench_point",
    text: "select id, name, amount, created_at, active from bench_points where id = $1",
  },
  catalog: {
    name: "bench_catalog",
    text: `select typname, typnamespace, typowner, typlen, typbyval, typcategory, typispreferred, typisdefined, typdelim, typrelid
      from pg_type where typtypmod = $1 and typisdefined = $2`,
  },
  mixed: {
    name: "bench_mixed",
    text: "select id, label, created_at, score, active, payload, token, numbers from bench_mixed",
  },
  insert: {
    name: "bench_insert",
    text: "insert into bench_inserts (id, name, created_at, score) values ($1, $2, $3, $4)",
  },
  download: { name: "bench_download", text: "select payload from bench_blobs" },
  upload: { name: "bench_upload", text: "select octet_length($1::bytea) as length" },
} as const

/** The key of the i-th point select: all keys in a fixed, scattered order. */
export function pointKey(i: number): number {
  return 1 + ((i * 7919) % POINT_ROWS)
}

/** The i-th row to insert. */
export function insertRow(i: number): InsertRow {
  return { id: i, name: `a name with number ${i}`, createdAt: new Date(1_700_000_000_000 + i * 1000), score: i / 8 }
}

/** Makes the tables anew. The catalog workload counts on a database with little else in it. */
export const createTables: string = `
  set client_min_messages = warning;
  drop table if exists bench_points, bench_mixed, bench_inserts, bench_blobs;
  create table bench_points (
    id int8 primary key, name text not null, amount numeric(14, 2) not null,
    created_at timestamptz not null, active bool not null);
  insert into bench_points
    select i, 'point number ' || i, i * 1.25, timestamptz '2026-01-01 00:00:00Z' + i * interval '61 seconds', i % 3 = 0
    from generate_series(1, ${POINT_ROWS}) i;
  create table bench_mixed (
    id int4 primary key, label text not null, created_at timestamptz not null, score float8 not null,
    active bool not null, payload jsonb not null, token uuid not null, numbers int4[] not null);
  insert into bench_mixed
    select i, 'label of row ' || i, timestamptz '2026-01-01 00:00:00Z' + i * interval '61.125 seconds', i / 7.0, i % 2 = 0,
      jsonb_build_object('id', i, 'tags', jsonb_build_array('a', 'b'), 'name', 'row ' || i),
      md5(i::text)::uuid, array[i, i * 2, i * 3]
    from generate_series(1, 1000) i;
  create table bench_inserts (id int4 not null, name text not null, created_at timestamptz not null, score float8 not null);
  create table bench_blobs (payload bytea not null);
  alter table bench_blobs alter payload set storage external;
  insert into bench_blobs select decode(repeat(md5('pgline'), ${BLOB_BYTES / 16}), 'hex');
  vacuum analyze bench_points;
  vacuum analyze bench_mixed;
`

/** Empties what the insert workloads fill. */
export const emptyInserts = "truncate bench_inserts"

/** One line that stands for all inserted rows. */
export const digestInserts =
  "select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by id)), '') as digest from bench_inserts t"
