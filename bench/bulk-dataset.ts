/**
 * A million rows to move at once: as values, and as bytes in COPY's two formats. They are one block of rows over and
 * over, so that a worker holds the bytes but no million objects of its own, and all is computed from row numbers.
 */

import { float64, int16, int32, timestamp } from "./floor-frames.ts"
import { CHECKED_CALLS } from "./workload.ts"

/** One row, in the order of the table's columns. */
export type BulkRow = readonly [id: number, name: string, createdAt: Date, score: number, active: boolean]

/** How many rows one call moves. */
export const BULK_ROWS = 1_000_000

/** After so many rows they come again. */
export const BLOCK_ROWS = 10_000
const BLOCKS: number = BULK_ROWS / BLOCK_ROWS
/** What is written at once. */
export const CHUNK_BYTES: number = 64 * 1024
const FIRST_TIME = Date.UTC(2026, 0, 1, 0, 0, 0, 125)

/** What reads and writes them. */
export const bulkStatements = {
  table: "bench_loads",
  copyIn: "copy bench_loads from stdin",
  copyInBinary: "copy bench_loads from stdin (format binary)",
  copyOut: "copy bench_bulk to stdout",
  select: "select id, name, created_at, score, active from bench_bulk",
} as const

/** The rows as values. */
export function bulkRows(): BulkRow[] {
  const block = blockOfRows()
  return Array.from({ length: BULK_ROWS }, (_, i) => block[i % BLOCK_ROWS]!)
}

/** The rows in COPY's text format, in chunks. */
export function bulkText(): Uint8Array[] {
  const lines = blockOfRows().map(([id, name, createdAt, score, active]) => {
    const time = createdAt.toISOString().replace("T", " ").replace("Z", "+00")
    return `${id}\t${name}\t${time}\t${score}\t${active ? "t" : "f"}\n`
  })
  return chunksOf(repeat(Buffer.from(lines.join(""))))
}

/** The rows in COPY's binary format, in chunks. */
export function bulkBinary(): Uint8Array[] {
  const header = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), int32(0), int32(0)])
  const rows = blockOfRows().flatMap(([id, name, createdAt, score, active]) => {
    const values = [int64(id), Buffer.from(name), timestamp(createdAt), float64(score), Buffer.of(active ? 1 : 0)]
    return [int16(values.length), ...values.flatMap((value) => [int32(value.length), value])]
  })
  return chunksOf(Buffer.concat([header, repeat(Buffer.concat(rows)), int16(-1)]))
}

function blockOfRows(): BulkRow[] {
  return Array.from({ length: BLOCK_ROWS }, (_, i) => {
    const id = i + 1
    return [id, `name of point ${id}`, new Date(FIRST_TIME + id * 61_000), id / 8, id % 3 === 0]
  })
}

function repeat(block: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: BLOCKS }, () => block))
}

function chunksOf(bytes: Buffer): Uint8Array[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES))
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

/** Makes the table to read from, with the same rows, and the one to fill. Neither is to wait for a disk. */
export const createBulkTables: string = `
  drop table if exists bench_bulk, bench_loads;
  create unlogged table bench_bulk (
    id int8 not null, name text not null, created_at timestamptz not null, score float8 not null, active bool not null);
  create unlogged table bench_loads (like bench_bulk including all);
  insert into bench_bulk
    select i, 'name of point ' || i, timestamptz '2026-01-01 00:00:00.125Z' + i * interval '61 seconds', i / 8.0, i % 3 = 0
    from generate_series(1, ${BLOCKS}), generate_series(1, ${BLOCK_ROWS}) i;
  vacuum analyze bench_bulk;
`

/** Empties what the loads fill. */
export const emptyLoads = "truncate bench_loads"

/** One line that stands for all loaded rows, whatever their order. */
export const digestLoads = "select count(*) || ' ' || coalesce(sum(hash_record(t)), 0) as digest from bench_loads t"

/** That line when the check's calls have loaded what there is to read. */
export const expectedLoads: string = `select ${CHECKED_CALLS} * count(*) || ' ' || ${CHECKED_CALLS} * sum(hash_record(t)) as digest
  from bench_bulk t`
