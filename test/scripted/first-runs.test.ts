/**
 * What a statement's first run costs: one round trip where its values may go along in text before their types are known,
 * two where a type could be mistaken and the statement may change something.
 */

import { expect, test } from "vitest"
import { against } from "../support/against.ts"
import * as backend from "../support/backend-messages.ts"
import { within } from "../support/within.ts"

const INT4 = 23
const TEXT = 25
const BYTEA = 17
const column = backend.rowDescription({ name: "n", typeOid: INT4, typeSize: 4 })

test.each([
  ["a number", "select $1", [5]],
  ["a number as a key", "select a, b from t where id = $1 and c in ($2, $3)", [12345, 1.5, 7n]],
  ["a boolean and a bigint", "select $1::bool, $2::int8 limit $3", [true, 7n, 1]],
  ["a string in a change", "insert into t values ($1, $2)", ["20240101", null]],
])("one round trip: %s", async (_, text, values) => {
  await against(
    async (client) => {
      const frames = await client.receiveUntil("S")
      expect(frames.map(({ type }) => type).join("")).toBe("PDBES")
      await client.send(
        backend.parseComplete(),
        backend.parameterDescription(...values.map(() => TEXT)),
        column,
        backend.bindComplete(),
        backend.dataRow("1"),
        backend.commandComplete("SELECT 1"),
        backend.readyForQuery(),
      )
      await client.untilClosed()
    },
    async (db) => {
      expect(await within("query", db.value(text, values))).toBe(1)
    },
  )
})

test.each([
  ["a number in a change", "insert into t values ($1)", [5]],
  ["a boolean in a change", "update t set a = $1", [true]],
  ["a bigint for a function", "select f($1)", [5n]],
  ["bytes", "select $1", [new Uint8Array(1)]],
])("two: %s", async (_, text, values) => {
  await against(
    async (client) => {
      const described = await client.receiveUntil("H")
      expect(described.map(({ type }) => type).join("")).toBe("PDH")
      const type = values[0] instanceof Uint8Array ? BYTEA : TEXT
      await client.send(backend.parseComplete(), backend.parameterDescription(type), backend.noData())
      await client.receiveUntil("S")
      await client.send(backend.bindComplete(), backend.commandComplete("SELECT 0"), backend.readyForQuery())
      await client.untilClosed()
    },
    async (db) => {
      await within("query", db.query(text, values))
    },
  )
})
