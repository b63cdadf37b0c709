import { afterEach, describe, expect, test, vi } from "vitest"
import { ConnectionError, ProtocolError } from "../../../src/errors/client-error.ts"
import { ServerError } from "../../../src/errors/server-error.ts"
import { extendedAnswer, extendedRows, failure, simpleAnswer } from "../../support/backend-answers.ts"
import * as backend from "../../support/backend-messages.ts"
import { MemoryTransport } from "../../support/memory-transport.ts"
import { endingsOf, flushed, type Replay, startReplay, turn } from "../../support/replay.ts"

const fatal = backend.errorResponse("57P01", "terminating connection", { S: "FATAL", V: "FATAL" })

afterEach(() => {
  vi.useRealTimers()
})

describe("nobody asked", () => {
  const messages: Record<string, Buffer> = {
    "a ReadyForQuery": backend.readyForQuery(),
    "a row": backend.dataRow("1"),
    "a RowDescription": backend.rowDescription("a"),
    "a CommandComplete": backend.commandComplete("SELECT 1"),
    "an authentication request": backend.authenticationOk(),
    "a CopyInResponse": backend.copyInResponse(0, []),
  }

  test.each(Object.entries(messages))("%s on an idle connection ends it", async (_, message) => {
    const { db, link, transport } = await startReplay()
    transport.deliver(message)
    expect(db.isClosed).toBe(true)
    expect(link.reason).toBeInstanceOf(ProtocolError)
    await expect(db.query("select 1")).rejects.toMatchObject({ code: "PGLINE_CONNECTION", safeToRetry: true })
  })

  test("a FATAL error on an idle connection ends it; the next query is told and safe to send elsewhere", async () => {
    const { db, link, transport } = await startReplay()
    transport.deliver(fatal)
    expect(link.reason).toMatchObject({ code: "57P01" })
    await expect(db.query("select 1")).rejects.toMatchObject({
      message: "the server closed the connection: terminating connection",
      safeToRetry: true,
      cause: expect.any(ServerError),
    })
  })

  test("notices, notifications and parameters are taken at any time, listeners' failures included", async () => {
    const seen: string[] = []
    const { db, transport } = await startReplay({
      listener: {
        onNotice: (notice) => {
          seen.push(notice.message)
          throw new Error("the listener's own")
        },
        onNotification: (notification) => {
          seen.push(notification.payload)
          throw new Error("the listener's own")
        },
      },
    })
    const unasked = Buffer.concat([
      backend.noticeResponse("00000", "a notice"),
      backend.notificationResponse(1, "channel", "a payload"),
      backend.parameterStatus("TimeZone", "Mars"),
    ])
    transport.deliver(unasked)
    const call = db.value("select n")
    await flushed()
    for (const message of [backend.parseComplete(), backend.parameterDescription()]) {
      transport.deliver(Buffer.concat([message, unasked]))
    }
    transport.deliver(extendedAnswer("1").subarray(12))
    expect(await call).toBe(1)
    expect(seen).toEqual(Array.from({ length: 3 }, () => ["a notice", "a payload"]).flat())
    expect(db.info.parameters.get("TimeZone")).toBe("Mars")
    db.destroy()
  })

  test("a connection that is destroyed by its own listener in the middle of a chunk reads no further", async () => {
    const replay: Replay = await startReplay({ listener: { onNotice: () => replay.db.destroy() } })
    const endings = endingsOf([replay.db.value("select n")])
    await flushed()
    replay.transport.deliver(Buffer.concat([backend.noticeResponse("00000", "now"), extendedAnswer("1")]))
    expect(await endings).toMatchObject([{ error: { message: "the connection was destroyed" } }])
  })

  test("an unknown transaction status ends the connection", async () => {
    const { db, transport } = await startReplay()
    const endings = endingsOf([db.value("select n")])
    await flushed()
    transport.deliver(Buffer.concat([extendedRows("1"), backend.message("Z", Buffer.from("X"))]))
    expect(await endings).toMatchObject([{ error: expect.any(ProtocolError) }])
  })
})

describe("the end of a connection under way", () => {
  test("FATAL in a query: that one and those behind it reject with the reason as their cause", async () => {
    const { db, transport } = await startReplay()
    const endings = endingsOf([db.value("select 1"), db.value("select 2"), db.execute("select 3")])
    await flushed()
    transport.deliver(Buffer.concat([extendedAnswer("1"), backend.parseComplete(), fatal]))
    const [first, ...rest] = await endings
    expect(first).toMatchObject({ text: "1" })
    for (const ending of rest) {
      expect(ending).toMatchObject({ error: { safeToRetry: false, cause: { code: "57P01" } } })
    }
    expect(rest[0]).toMatchObject({ error: expect.any(ConnectionError) })
  })

  test("destroy: what has left may have run, what has not may be sent elsewhere", async () => {
    const { db, transport } = await startReplay()
    const sent = [db.value("select 1"), db.value("select 2")]
    await flushed()
    expect(transport.takeMessageTypes()).toBe("PDBESPDBES")
    const unsent = [db.value("select 3"), db.execute("select 4")]
    const endings = endingsOf([...sent, ...unsent])
    db.destroy(new Error("my reason"))
    expect((await endings).map((ending) => ending.status === "error" && ending.error.safeToRetry)).toEqual([
      false,
      false,
      true,
      true,
    ])
    for (const ending of await endings) {
      expect(ending).toMatchObject({ error: { message: "the connection was destroyed: my reason" } })
    }
    expect(transport.takeMessageTypes()).toBe("")
    await expect(db.value("select 5")).rejects.toMatchObject({ safeToRetry: true })
    db.destroy()
    await db.close()
  })

  test("what waits for a statement to be described may be sent elsewhere", async () => {
    const { db } = await startReplay()
    const endings = endingsOf([db.value("select $1::int4[]", [[1]]), db.value("select n")])
    await flushed()
    db.destroy()
    expect(await endings).toMatchObject([{ error: { safeToRetry: false } }, { error: { safeToRetry: true } }])
  })

  test("bytes that come after the end are not looked at", async () => {
    const { db, transport } = await startReplay()
    const endings = endingsOf([db.value("select n")])
    await flushed()
    db.destroy()
    transport.handler.onData({} as never, 0, 5)
    expect(await endings).toMatchObject([{ error: { message: "the connection was destroyed" } }])
  })
})

describe("close", () => {
  test("lets what is under way finish, says goodbye, and refuses what comes later", async () => {
    const { db, transport } = await startReplay()
    const calls = [db.value("select $1::int4[]", [[1]]), db.value("select n")]
    await flushed()
    const closed = db.close()
    expect(db.isClosed).toBe(true)
    await expect(db.value("too late")).rejects.toMatchObject({ code: "PGLINE_CONNECTION_CLOSED", safeToRetry: true })
    transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(1007), backend.rowDescription("a")]),
    )
    await turn()
    transport.deliver(
      Buffer.concat([
        backend.bindComplete(),
        backend.dataRow("x"),
        backend.commandComplete("SELECT 1"),
        backend.readyForQuery(),
      ]),
    )
    transport.deliver(extendedAnswer("2"))
    expect(await Promise.all(calls)).toEqual(["x", 2])
    await closed
    expect(transport.takeMessageTypes()).toBe("PDHBESPDBESX")
    await db.close()
  })

  test("gives queries the time it is told, then destroys the connection", async () => {
    const { db } = await startReplay()
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const call = db.value("select n")
    const ending = call.then(
      () => "rows",
      (error: unknown) => error,
    )
    await flushed()
    const closed = db.close({ timeout: 500 })
    vi.advanceTimersByTime(499)
    expect(db.info.transactionStatus).toBe("idle")
    vi.advanceTimersByTime(1)
    await closed
    expect(await ending).toMatchObject({ code: "PGLINE_CONNECTION_CLOSED", safeToRetry: false })
  })

  test("called again with a timeout gets impatient", async () => {
    const { db } = await startReplay()
    const ending = endingsOf([db.value("select n")])
    const first = db.close()
    await db.close({ timeout: 0 })
    await first
    expect(await ending).toMatchObject([{ error: { code: "PGLINE_CONNECTION_CLOSED" } }])
  })

  test.each([Number.POSITIVE_INFINITY, Number.NaN, -1, "5s"])(
    "with the timeout %s is refused, and nothing is closed",
    async (timeout) => {
      const { db, transport } = await startReplay()
      await expect(db.close({ timeout: timeout as number })).rejects.toMatchObject({ code: "PGLINE_USAGE" })
      expect(db.isClosed).toBe(false)
      const call = db.value("select n")
      await turn()
      transport.deliver(extendedAnswer("1"))
      expect(await call).toBe(1)
      db.destroy()
    },
  )

  test("does not wait for ever for the peer to close", async () => {
    const { db, transport } = await startReplay()
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    transport.end = () => {}
    const closed = db.close()
    vi.advanceTimersByTime(60_000)
    await closed
    expect(transport.closed).toBe(true)
  })

  test("of a connection that is gone already resolves", async () => {
    const { db, transport } = await startReplay()
    transport.destroy(new Error("read ECONNRESET"))
    await turn()
    await db.close()
    await db.close({ timeout: 5 })
  })

  test("while the server says something that nobody asked for ends as well", async () => {
    const { db, link, transport } = await startReplay()
    transport.end = () => {}
    const closed = db.close()
    transport.deliver(backend.readyForQuery())
    await closed
    expect(link.reason).toBeUndefined()
  })
})

describe("congestion", () => {
  test("nothing is written while the peer takes no bytes; then all goes on in order", async () => {
    const { db, transport } = await startReplay()
    const first = db.value("select n")
    await flushed()
    transport.takeMessageTypes()
    transport.congested = true
    const rest = [db.value("select n"), db.execute("select 3"), db.value("select n")]
    await turn()
    expect(transport.takeMessageTypes()).toBe("")
    transport.deliver(extendedAnswer("1"))
    await turn()
    expect(transport.takeMessageTypes()).toBe("")
    transport.drain()
    await turn()
    expect(transport.takeMessageTypes()).toMatch(/^(PDBES|BES)Q(PDBES|BES)$/)
    expect(await first).toBe(1)
    const answers = [extendedAnswer(backend.int32(2)), simpleAnswer("3"), extendedAnswer("4")]
    transport.deliver(answers[0]!)
    transport.deliver(answers[1]!)
    db.destroy()
    expect(await endingsOf(rest)).toMatchObject([{ text: "2" }, { status: "rows" }, { error: { safeToRetry: false } }])
  })

  test("what waits for the peer has not been seen when the connection is lost", async () => {
    const { db, transport } = await startReplay()
    transport.congested = true
    const endings = endingsOf([db.value("select n")])
    await flushed()
    transport.destroy(new Error("gone"))
    expect(await endings).toMatchObject([{ error: { safeToRetry: true } }])
  })

  test("close waits for what waits", async () => {
    const { db, transport } = await startReplay()
    transport.congested = true
    const call = db.value("select n")
    const closed = db.close()
    await turn()
    expect(transport.takeMessageTypes()).toBe("")
    transport.drain()
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBES")
    transport.deliver(extendedAnswer("1"))
    expect(await call).toBe(1)
    await closed
    expect(transport.takeMessageTypes()).toBe("X")
  })
})

describe("cancel", () => {
  /** A connection to cancel on that the server closes as soon as it has the request. */
  function closingTransport(): Promise<MemoryTransport> {
    const transport = new MemoryTransport()
    transport.write = () => {
      transport.destroy()
      return true
    }
    return Promise.resolve(transport)
  }

  test("resolves once a later query cannot be hit", async () => {
    const { db, transport } = await startReplay({ dialCancel: closingTransport })
    const failure57014 = expect(db.value("select n")).rejects.toMatchObject({ code: "57014" })
    await turn()
    const cancelled = db.cancel()
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBES")
    transport.deliver(failure("57014"))
    await vi.waitUntil(() => transport.written.length > 0)
    expect(transport.takeMessageTypes()).toBe("Q")
    transport.deliver(Buffer.concat([backend.emptyQueryResponse(), backend.readyForQuery()]))
    await cancelled
    await failure57014
    db.destroy()
  })

  test("on a connection that is gone, or goes meanwhile, settles", async () => {
    const gone = await startReplay({ dialCancel: closingTransport })
    gone.db.destroy()
    const going = await startReplay({ dialCancel: closingTransport })
    const cancelled = going.db.cancel()
    cancelled.catch(() => {}) // it is looked at when the other cases are ready
    going.db.destroy()
    const later = await startReplay({ dialCancel: closingTransport })
    const drained = later.db.cancel()
    await turn()
    later.transport.destroy()
    for (const ending of await endingsOf([gone.db.cancel(), cancelled, drained])) {
      expect(ending.status).not.toBe("hung")
    }
  })

  test("on a server that never closes the request's connection gives up", async () => {
    const silent = (): Promise<MemoryTransport> => Promise.resolve(new MemoryTransport())
    const patient = await startReplay({ dialCancel: silent, cancelTimeoutMs: 10 })
    await expect(patient.db.cancel()).rejects.toMatchObject({ code: "PGLINE_TIMEOUT" })
    patient.db.destroy()
    const lost = await startReplay({ dialCancel: silent })
    const cancelled = endingsOf([lost.db.cancel()])
    lost.db.destroy()
    expect(await cancelled).toMatchObject([{ error: { code: "PGLINE_CONNECTION_CLOSED" } }])
  })

  test("a query that was never written because of its values leaves no timer", async () => {
    const { db, transport } = await startReplay()
    await expect(db.query("select $1", [undefined], { timeout: 60_000 })).rejects.toMatchObject({
      code: "PGLINE_ENCODE",
    })
    await expect(db.query("a\0b", [], { timeout: 60_000 })).rejects.toMatchObject({ code: "PGLINE_USAGE" })
    const call = db.value("select n")
    await turn()
    transport.deliver(extendedAnswer("1"))
    expect(await call).toBe(1)
    db.destroy()
  })
})
