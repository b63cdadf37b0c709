/** What was refused within an array was told as if it were the parameter itself: nobody could see which element it was. */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it.each([
  ["int4[]", [1, "x"], "parameter $1 (int4, element [1]): expected an integer", "[1]"],
  [
    "int4[]",
    [
      [1, 2],
      [3, 1.5],
    ],
    "parameter $1 (int4, element [1][1]): expected an integer",
    "[1][1]",
  ],
  ["int2vector", [1, 2, 70000], "parameter $1 (int2, element [2]): expected an integer", "[2]"],
  [
    "timestamptz[]",
    [new Date(0), new Date(Number.NaN)],
    "parameter $1 (timestamptz, element [1]): expected a Date",
    "[1]",
  ],
  ["date[]", ["2024-01-01", 5], "parameter $1 (date, element [1]): expected a string", "[1]"],
  ["text[]", ["a", undefined], "parameter $1 (text[], element [1]): expected null for NULL", "[1]"],
])("%s of %j", async (type, value, message, element) => {
  await using db = await connect(sharedServer.url)
  for (let run = 0; run < 3; run++) {
    const outcome = db.value(`select $1::${type}`, [value])
    await expect(outcome).rejects.toThrow(message)
    await expect(outcome).rejects.toMatchObject({ code: "PGLINE_ENCODE", parameter: 1, element })
  }
})

it("a row of a COPY tells it, too", async () => {
  await using db = await connect(sharedServer.url)
  await db.execute("create temporary table t (a int4[])")
  await expect(db.copyRows("t", [[[1]], [[1, 2.5]]])).rejects.toThrow('row 2, column "a" (int4, element [1]): expected')
})

it("an interval tells which parts are missing", async () => {
  await using db = await connect(sharedServer.url)
  await expect(db.value("select $1::interval", [{ days: 1 }])).rejects.toThrow(
    "expected an Interval or all of { months, days, microseconds }, a string or a Temporal.Duration, got an object without months and microseconds",
  )
})
