/**
 * Hostile text as the name of what lives in a session: prepared statements and channels.
 */

import { afterAll, beforeAll, expect, test } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { hostileName, hostileText, sampleHostile } from "../support/hostile-text.ts"
import { sharedServer } from "../support/test-server.ts"

const TEXTS = sampleHostile(hostileText, 60)
const NAMES = sampleHostile(hostileName, 60)

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

test("names of prepared statements", async () => {
  for (const name of NAMES) {
    await using statement = await db.prepare("select 1", { name })
    expect(await statement.value()).toBe(1)
    const found = await db.value`select count(*)::int from pg_prepared_statements where name = ${name}`
    expect([name, found]).toEqual([name, 1])
  }
})

test("names of channels, and their payloads", async () => {
  for (const [i, name] of NAMES.entries()) {
    const subscription = await db.listen(name)
    await db.notify(name, TEXTS[i])
    for await (const notification of subscription) {
      expect([notification.channel, notification.payload]).toEqual([name, TEXTS[i]])
      break
    }
    await subscription.unlisten()
  }
  expect(await db.rows("select pg_listening_channels()")).toEqual([])
})

test.each([
  ["NUL", "a\0b"],
  ["half of a surrogate pair", "a\ud800b"],
  ["the other half", "\udc00"],
])("%s is refused by us, not by the server", async (_, bad) => {
  for (const call of [() => db.prepare("select 1", { name: bad }), () => db.listen(bad)]) {
    const error = await call().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.ClientError)
    expect(error).not.toBeInstanceOf(errors.ConnectionError)
    expect(String(error)).not.toContain(bad)
  }
})
