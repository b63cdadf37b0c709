/** When a cancel request is sent, how often, and what is not sent before it has spent itself. */

import { describe, expect, it } from "vitest"
import { errors } from "../../../src/index.ts"
import { against } from "../../support/against.ts"
import { commandAnswer, extendedAnswer } from "../../support/backend-answers.ts"
import * as backend from "../../support/backend-messages.ts"
import { queryText } from "../../support/frontend-frames.ts"
import type { BackendScript, ScriptedConnection } from "../../support/scripted-backend.ts"
import { failureOf, within } from "../../support/within.ts"

const cancelled = backend.errorResponse("57014", "canceling statement due to user request")
const drained = [backend.emptyQueryResponse(), backend.readyForQuery()]

/** Something that happens once and is waited for. */
class Event {
  readonly happened: Promise<void>
  readonly tell: () => void

  constructor() {
    let tell!: () => void
    this.happened = new Promise((resolve) => {
      tell = resolve
    })
    this.tell = tell
  }
}

/** Takes a cancel request, and closes when it may. */
function request(taken: Event, mayClose: Promise<void> = Promise.resolve()): BackendScript {
  return async (client) => {
    expect((await client.receiveStartupPacket()).kind).toBe("cancel")
    taken.tell()
    await mayClose
  }
}

async function expectDrain(client: ScriptedConnection): Promise<void> {
  const [query] = await client.expect("Q")
  expect(queryText(query!)).toBe("")
}

describe("a statement that is stopped", () => {
  it("rejects at once; the next one is sent when the request has spent itself, and not before", async () => {
    const [taken, isClosed] = [new Event(), new Event()]
    const order: string[] = []
    const session: BackendScript = async (client) => {
      await client.expect("PDBES")
      await taken.happened
      // The answer comes before the request's connection is closed: it may still hit something.
      await client.send(cancelled, backend.readyForQuery())
      await client.wait(30)
      order.push("closing")
      isClosed.tell()
      await expectDrain(client)
      order.push("drained")
      await client.send(...drained)
      await client.expect("PDBES")
      order.push("next")
      await client.send(extendedAnswer("2"))
      await client.untilClosed()
    }
    await against([session, request(taken, isClosed.happened)], async (db) => {
      const abort = new AbortController()
      const reason = new Error("enough")
      const stopped = failureOf("stopped", db.query("select 1", [], { signal: abort.signal }))
      const next = db.value("select 2")
      setTimeout(() => abort.abort(reason), 10)
      expect(await stopped).toBe(reason)
      expect(await within("next", next)).toBe(2)
      expect(order).toEqual(["closing", "drained", "next"])
    })
  })

  it("has a late request fall on the empty round trip, and nobody sees it", async () => {
    const taken = new Event()
    const session: BackendScript = async (client) => {
      await client.expect("PDBES")
      await taken.happened
      await client.send(extendedAnswer("1"))
      await expectDrain(client)
      await client.send(cancelled, backend.readyForQuery())
      await client.expect("PDBES")
      await client.send(extendedAnswer("2"))
      await client.untilClosed()
    }
    await against([session, request(taken)], async (db) => {
      await failureOf("stopped", db.query("select 1", [], { timeout: 10 }))
      expect(await within("next", db.value("select 2"))).toBe(2)
    })
  })

  it("is asked about again while the server has not heard", async () => {
    const requests = [new Event(), new Event(), new Event()]
    const session: BackendScript = async (client) => {
      await client.expect("PDBES")
      for (const taken of requests) await taken.happened
      await client.send(cancelled, backend.readyForQuery())
      await expectDrain(client)
      await client.send(...drained)
      await client.expect("PDBES")
      await client.send(extendedAnswer("2"))
      await client.untilClosed()
    }
    await against([session, ...requests.map((taken) => request(taken))], async (db) => {
      expect(await failureOf("stopped", db.query("select 1", [], { timeout: 10 }))).toBeInstanceOf(errors.TimeoutError)
      expect(await within("next", db.value("select 2"))).toBe(2)
    })
  })

  it("takes its connection with it when the server does not answer in cancelTimeout", async () => {
    const taken = new Event()
    const session: BackendScript = async (client) => {
      await client.expect("PDBES")
      await client.untilClosed()
    }
    const never = new Promise<void>(() => {})
    const silent: BackendScript = async (client) => {
      await client.receiveStartupPacket()
      taken.tell()
      await Promise.race([never, client.untilClosed()])
    }
    await against(
      [session, silent],
      async (db) => {
        const stopped = db.query("select 1", [], { timeout: 10 })
        const next = failureOf("next", db.value("select 2"))
        expect(await failureOf("stopped", stopped)).toBeInstanceOf(errors.TimeoutError)
        await taken.happened
        const error = await next
        expect(error).toMatchObject({ name: "ConnectionError", safeToRetry: true })
        expect(error.message).toMatch(/did not answer to a cancel request within 60 ms/)
        expect(db.isClosed).toBe(true)
      },
      { cancelTimeout: 60 },
    )
  })

  it("is taken back without a trace while it waits for its turn", async () => {
    const session: BackendScript = async (client) => {
      await client.expect("PDBES")
      await client.wait(50)
      await client.send(extendedAnswer("1"))
      await client.expect("PDBES")
      await client.send(extendedAnswer("3"))
      await client.untilClosed()
    }
    await against(session, async (db) => {
      const abort = new AbortController()
      const first = db.value("select 1", [], { signal: new AbortController().signal })
      const second = failureOf("second", db.value("select 2", [], { signal: abort.signal }))
      const third = db.value("select 3")
      const reason = new Error("enough")
      abort.abort(reason)
      expect(await second).toBe(reason)
      expect(await within("first", first)).toBe(1)
      expect(await within("third", third)).toBe(3)
    })
  })
})

it("a transaction whose first statement is stopped is rolled back, though BEGIN was never seen to work", async () => {
  const taken = new Event()
  const texts: string[] = []
  const session: BackendScript = async (client) => {
    await client.expect("PBEPDBES")
    await taken.happened
    const begun = [backend.parseComplete(), backend.bindComplete(), backend.commandComplete("BEGIN")]
    await client.send(...begun, cancelled, backend.readyForQuery("E"))
    await expectDrain(client)
    await client.send(backend.emptyQueryResponse(), backend.readyForQuery("E"))
    const frames = await client.expect("PDBES")
    texts.push(frames[0]!.body.toString("latin1"))
    const described = [
      backend.parseComplete(),
      backend.parameterDescription(),
      backend.noData(),
      backend.bindComplete(),
    ]
    await client.send(...described, backend.commandComplete("ROLLBACK"), backend.readyForQuery())
    await client.untilClosed()
  }
  await against([session, request(taken)], async (db) => {
    const stopped = db.transaction((tx) => tx.query("select 1", [], { timeout: 10 }))
    expect(await failureOf("transaction", stopped)).toBeInstanceOf(errors.TimeoutError)
    expect(texts.join()).toContain("ROLLBACK")
    expect(db.info.transactionStatus).toBe("idle")
  })
})

it("a cancel request that hits BEGIN itself leaves the transaction to the next statement", async () => {
  const taken = new Event()
  const session: BackendScript = async (client) => {
    await client.expect("PBEPDBES")
    await taken.happened
    await client.send(cancelled, backend.readyForQuery())
    await expectDrain(client)
    await client.send(...drained)
    await client.expect("PBEPDBES")
    const begun = [backend.parseComplete(), backend.bindComplete(), backend.commandComplete("BEGIN")]
    await client.send(...begun, extendedAnswer("2").subarray(0, -6), backend.readyForQuery("T"))
    await client.expect("PDBES")
    await client.send(commandAnswer("COMMIT"))
    await client.untilClosed()
  }
  await against([session, request(taken)], async (db) => {
    const value = await within(
      "transaction",
      db.transaction(async (tx) => {
        const stopped = failureOf("stopped", tx.query("select 1", [], { timeout: 10 }))
        const next = tx.value("select 2")
        expect(await stopped).toBeInstanceOf(errors.TimeoutError)
        return next
      }),
    )
    expect(value).toBe(2)
  })
})

it("cancel() means the statement that waits for an earlier cancel to end", async () => {
  const [first, mayClose, second] = [new Event(), new Event(), new Event()]
  const session: BackendScript = async (client) => {
    await client.expect("PDBES")
    await first.happened
    await client.send(cancelled, backend.readyForQuery())
    await client.wait(40)
    mayClose.tell()
    await expectDrain(client)
    await client.send(...drained)
    await client.expect("PDBES")
    await second.happened
    await client.send(cancelled, backend.readyForQuery())
    await expectDrain(client)
    await client.send(...drained)
    await client.untilClosed()
  }
  await against([session, request(first, mayClose.happened), request(second)], async (db) => {
    const stopped = failureOf("stopped", db.query("select 1", [], { timeout: 10 }))
    const meant = failureOf("meant", db.query("select 2"))
    await stopped
    // The statement is answered, but its request may still be on its way.
    await first.happened
    await new Promise((resolve) => setTimeout(resolve, 20))
    await within("cancel", db.cancel())
    expect(await meant).toMatchObject({ code: "57014" })
  })
})
