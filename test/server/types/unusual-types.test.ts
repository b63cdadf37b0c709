/**
 * Types that few have, in all their containers: domains over arrays, other delimiters than a comma, extensions of old
 * versions.
 */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { type Connection, connect } from "../../../src/index.ts"
import type { TestServer } from "../../support/server-source.ts"
import { startOwnServer } from "../../support/test-server.ts"

let server: TestServer
let admin: Connection

beforeAll(async () => {
  server = await startOwnServer()
  admin = await connect(server.url)
})

afterAll(async () => {
  await admin.close()
  await server.stop()
})

beforeEach(() => admin.execute("drop schema if exists app cascade; create schema app; set search_path = app"))

function connectThere(): Promise<Connection> {
  return connect(server.url, { parameters: { search_path: "app" } })
}

test("arrays of domains over arrays: each inner array is one element, whatever its length", async () => {
  await admin.execute(`
    create domain ints as int4[]; create domain more_ints as ints; create type lists as (l ints[]);
    create domain listed as lists[]`)
  await using db = await connectThere()
  const ragged = [[1, 2], [3], [], null]
  for (let run = 0; run < 3; run++) {
    expect(await db.value("select $1::ints[]", [ragged])).toEqual(ragged)
    expect(await db.value("select $1::more_ints[]", [[[1], Int32Array.of(2, 3)]])).toEqual([[1], [2, 3]])
    expect(
      await db.value("select ($1::ints[])[2]", [
        [
          [1, 2],
          [3, 4],
        ],
      ]),
    ).toEqual([3, 4])
    expect(await db.value("select $1::listed[]", [[[{ l: ragged }, null], []]])).toEqual([[{ l: ragged }, null], []])
  }
})

test("arrays of types that separate elements by other characters than a comma", async () => {
  await admin.execute(`
    create type odd;
    create function odd_in(cstring) returns odd language internal immutable strict as 'textin';
    create function odd_out(odd) returns cstring language internal immutable strict as 'textout';
    create type odd (input = odd_in, output = odd_out, like = text, delimiter = ':')`)
  await using db = await connectThere()
  const values = ["a:b", "c", "null", "", ":", 'a"b\\:{}', "1,5"]
  for (let run = 0; run < 3; run++) expect(await db.value("select $1::odd[]", [values])).toEqual(values)
})

test("extensions of a version without binary forms", async () => {
  await admin.execute(`
    create extension ltree schema app version '1.1'; create extension cube schema app version '1.4';
    create type places as (l ltree, c cube[])`)
  await using db = await connectThere()
  const place = { l: "a.b", c: [{ lowerLeft: [1], upperRight: [2] }, null] }
  for (let run = 0; run < 3; run++) {
    expect(await db.value("select $1::ltree", ["a.b"])).toBe("a.b")
    expect(await db.value("select $1::ltree[]", [["a.b", null]])).toEqual(["a.b", null])
    expect(await db.value("select $1::cube", [place.c[0]])).toEqual(place.c[0])
    expect(await db.value("select $1::places[]", [[place]])).toEqual([place])
  }
})
