/**
 * A string was sent in binary, as text is, before the server had said what type it was for: `select $1::int4` with "42"
 * failed with "insufficient data left in message" in its first run, and only there.
 */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it.each([
  ["int4", "42", 42],
  ["uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["numeric", "1.50", "1.50"],
  ["jsonb", "[1]", [1]],
])("%s takes a string in its first run", async (type, given, back) => {
  await using db = await connect(sharedServer.url)
  expect(await db.value(`select $1::${type}`, [given])).toEqual(back)
})
