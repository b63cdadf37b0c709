/**
 * A number for a date or a time went as text, which the server reads in its own way: 101010 was stored as a day of 2010,
 * 120000 as noon, and Date.now() was out of range without a word on which parameter. Digits became bytes of a bytea.
 */

import { expect, it } from "vitest"
import { connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const TYPES = ["date", "time", "timetz", "timestamp", "timestamptz", "interval", "bytea"]
const VALUES = [5, 101010, 120000, 20240101, 120000.5, 1763641211231, 20240101n, true]

it.each(TYPES)("they are refused for %s in every run, and nothing is stored", async (type) => {
  await using db = await connect(sharedServer.url)
  await db.execute(`create temporary table t (v ${type}, a ${type}[])`)
  for (const value of VALUES) {
    const refusal = { parameter: 1, type, expected: expect.stringMatching(/string|text|Interval/) }
    for (const text of [
      `select $1::${type}`,
      "insert into t (v) values ($1)",
      "select from t where v = $1 for update",
    ]) {
      for (let run = 0; run < 3; run++) {
        const outcome = db.query(`${text} -- ${typeof value} ${value}`, [value])
        await expect(outcome).rejects.toThrow(errors.EncodeError)
        await expect(outcome).rejects.toMatchObject(refusal)
      }
    }
    await expect(db.query("insert into t (a) values ($1)", [[value]])).rejects.toThrow(errors.EncodeError)
  }
  expect(await db.value("select count(*)::int4 from t")).toBe(0)
})

it("a Date is what the refusal of a timestamptz asks for", async () => {
  await using db = await connect(sharedServer.url)
  await expect(db.value("select $1::timestamptz", [Date.now()])).rejects.toThrow(
    "parameter $1 (timestamptz): expected a Date, a string, ±Infinity",
  )
})
