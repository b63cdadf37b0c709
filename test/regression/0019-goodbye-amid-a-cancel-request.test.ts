/**
 * `close` said goodbye while a cancel request was still on its way. Behind a pooler the server goes to somebody else then,
 * whom the request may hit; and PgBouncer 1.18.0 and 1.19.0 end by themselves when a request's client goes first.
 *
 * @see https://github.com/pgbouncer/pgbouncer/issues/801
 */

import { expect, it } from "vitest"
import { connect, errors } from "../../src/index.ts"
import { emptyQueryResponse, errorResponse, readyForQuery } from "../support/backend-messages.ts"
import { startScriptedBackend } from "../support/scripted-backend.ts"
import { failureOf, within } from "../support/within.ts"

it("waits until the request has spent itself", async () => {
  const order: string[] = []
  let take: () => void = () => {}
  const taken = new Promise<void>((resolve) => {
    take = resolve
  })
  let end: () => void = () => {}
  const mayEnd = new Promise<void>((resolve) => {
    end = resolve
  })
  await using server = await startScriptedBackend([
    async (client) => {
      await client.login()
      await client.expect("PDBES")
      await taken
      await client.send(errorResponse("57014", "canceling statement due to user request"), readyForQuery())
      await client.wait(30) // a goodbye would be here by then
      order.push("request over")
      end()
      await client.expect("Q")
      await client.send(emptyQueryResponse(), readyForQuery())
      await client.expect("X")
      order.push("goodbye")
    },
    async (client) => {
      await client.receiveStartupPacket()
      take()
      await mayEnd
    },
  ])
  const db = await connect(server.url, { sslmode: "disable" })
  expect(await failureOf("query", db.query("select 1", [], { timeout: 10 }))).toBeInstanceOf(errors.TimeoutError)
  await within("close", db.close())
  await within("the scripts", server.finished())
  expect(order).toEqual(["request over", "goodbye"])
})
