/**
 * The same mistake was told by another class the first time: a wrong number of parameters by the server's 08P01 when the
 * statement was new, and the loss of a connection by the server's farewell to those who iterated notifications.
 */

import { expect, it } from "vitest"
import { connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("a wrong number of parameters", async () => {
  await using db = await connect(sharedServer.url)
  for (const values of [[], [1, 2]]) {
    const error = await db.query(`select $1::int -- ${values.length}`, values).catch((cause) => cause)
    expect(error).toBeInstanceOf(errors.UsageError)
    expect(error.message).toBe(`the statement takes 1 parameter, got ${values.length}`)
    expect(error.cause).toBeInstanceOf(errors.ProtocolViolation)
  }
})

it("a lost subscription", async () => {
  const db = await connect(sharedServer.url)
  await using other = await connect(sharedServer.url)
  const next = (await db.listen("lost"))[Symbol.asyncIterator]().next()
  const lost = next.catch((cause) => cause)
  await other.query`select pg_terminate_backend(${db.info.backendPid})`
  const error = await lost
  expect(error).toBeInstanceOf(errors.ConnectionError)
  expect(error.cause).toBeInstanceOf(errors.AdminShutdown)
})
