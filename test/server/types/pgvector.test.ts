/**
 * pgvector's types against pgvector itself, in a PostgreSQL 18 that is compiled to WebAssembly and speaks the protocol on
 * a port: out as arrays or Float32Arrays, in as either, first in text and then in binary.
 */

import { PGlite } from "@electric-sql/pglite"
import { vector } from "@electric-sql/pglite-pgvector"
import { PGLiteSocketServer } from "@electric-sql/pglite-socket"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, errors } from "../../../src/index.ts"

let engine: PGlite
let server: PGLiteSocketServer
let db: Connection

beforeAll(async () => {
  engine = await PGlite.create({ extensions: { vector } })
  await engine.exec("create schema far; create extension vector schema far; set search_path = public, far")
  server = new PGLiteSocketServer({ db: engine, port: 0, maxConnections: 4 })
  await server.start()
  const [host, port] = server.getServerConn().split(":")
  db = await connect({ host: host!, port: Number(port), user: "postgres", database: "postgres", sslmode: "disable" })
  await db.execute(
    "set search_path = public, far; create table items (id int, v vector(3), h halfvec(3), s sparsevec(5))",
  )
})

afterAll(async () => {
  await db?.close()
  await server?.stop()
  await engine?.close()
})

const numbers = [1, -2.5, Math.fround(1e-8)]
const halves = [0.5, -65504, 2 ** -24]
const sparse = { dimensions: 5, indices: [1, 4], values: [1.5, -2] }

test("the server has the extension, in a schema that is not the first", async () => {
  expect(db.info.serverVersion).toMatch(/^1[78]/)
  expect(
    await db.value(
      "select nspname from pg_extension join pg_namespace n on n.oid = extnamespace where extname = 'vector'",
    ),
  ).toBe("far")
})

describe("in and out", () => {
  test("arrays of numbers, first and later runs alike", async () => {
    for (let run = 0; run < 4; run++) {
      const row = await db.one(
        "select $1::vector as v, $2::halfvec as h, $3::sparsevec as s, $1::vector::text as text",
        [numbers, halves, sparse],
      )
      expect(row).toEqual({ v: numbers, h: halves, s: sparse, text: "[1,-2.5,1e-08]" })
    }
  })

  test("typed arrays, in one query and for a connection", async () => {
    const types = { vector: "float32" } as const
    for (let run = 0; run < 4; run++) {
      const row = await db.one("select $1::vector as v, $2::halfvec as h", [new Float32Array(numbers), halves], {
        types,
      })
      expect(row).toEqual({ v: new Float32Array(numbers), h: new Float32Array(halves) })
    }
  })

  test("stored, with NULL, in arrays and by name", async () => {
    await db.query("insert into items values (1, $1, $2, $3), (2, null, null, null)", [numbers, halves, sparse])
    for (let run = 0; run < 3; run++) {
      expect(await db.rows("select * from items order by id")).toEqual([
        { id: 1, v: numbers, h: halves, s: sparse },
        { id: 2, v: null, h: null, s: null },
      ])
      expect(await db.value("select array_agg(v order by id) from items")).toEqual([numbers, null])
      expect(await db.value("select $1::vector[]", [[numbers, null, [4, 5, 6]]])).toEqual([numbers, null, [4, 5, 6]])
    }
    expect(await db.value("select $1", [numbers], { parameterTypes: ["far.vector"] })).toEqual(numbers)
    const [result] = await db.execute("select v, h, s from items where id = 1")
    expect(result?.rows).toEqual([{ v: numbers, h: halves, s: sparse }])
  })

  test("the server computes with the very numbers that were sent", async () => {
    const sent = Array.from({ length: 500 }, (_, i) => Math.fround(Math.sin(i) * 10 ** ((i % 70) - 35)))
    for (let run = 0; run < 3; run++) {
      expect(await db.value("select $1::vector", [sent])).toEqual(sent)
      expect(await db.value("select $1::vector = $2::vector", [sent, `[${sent.join()}]`])).toBe(true)
      expect(
        await db.value("select $1::vector(3) <-> $2", [
          [1, 2, 3],
          [1, 2, 5],
        ]),
      ).toBe(2)
    }
  })

  test("sixteen thousand dimensions", async () => {
    const sent = Array.from({ length: 16_000 }, (_, i) => i / 4)
    for (let run = 0; run < 3; run++) expect(await db.value("select $1::vector", [sent])).toEqual(sent)
  })
})

describe("what does not fit", () => {
  test.each([
    ["vector", [1, "x", 3]],
    ["vector", { a: 1 }],
    ["halfvec", [[1]]],
    ["sparsevec", new Date(0)],
  ])("%s: %j is refused, and the connection goes on", async (type, value) => {
    const error = await db.value(`select $1::${type}`, [value]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.EncodeError)
    expect(error).toMatchObject({ type, parameter: 1 })
    expect(await db.value("select 1")).toBe(1)
  })

  test("a vector of other dimensions is the server's to refuse", async () => {
    await expect(db.query("insert into items (id, v) values (3, $1)", [[1, 2]])).rejects.toThrow(
      /expected 3 dimensions/,
    )
  })
})
