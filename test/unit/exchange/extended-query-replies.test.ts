import { describe, expect, test } from "vitest"
import { ConnectionError, EncodeError, ProtocolError, UsageError } from "../../../src/errors/client-error.ts"
import { ServerError } from "../../../src/errors/server-error.ts"
import { extendedAnswer, failure } from "../../support/backend-answers.ts"
import * as backend from "../../support/backend-messages.ts"
import { endingsOf, flushed, startReplay, turn } from "../../support/replay.ts"

const INT4 = 23
const column = backend.rowDescription({ name: "n", typeOid: INT4, typeSize: 4 })

describe("replies in the wrong order", () => {
  const frames = {
    "a row before its description": [backend.parseComplete(), backend.dataRow("1")],
    "a row after CommandComplete": [extendedAnswer("1").subarray(0, -6), backend.dataRow("2")],
    "ReadyForQuery before anything": [backend.readyForQuery()],
    "ReadyForQuery before CommandComplete": [
      backend.parseComplete(),
      backend.parameterDescription(),
      column,
      backend.bindComplete(),
      backend.dataRow("1"),
      backend.readyForQuery(),
    ],
    "a second description": [backend.parseComplete(), backend.parameterDescription(), column, column],
    "NoData behind a description": [backend.parseComplete(), backend.parameterDescription(), column, backend.noData()],
    "BackendKeyData in a query": [backend.backendKeyData(1, 2)],
    "an authentication request in a query": [backend.authenticationCleartext()],
    "CopyData without a CopyResponse": [backend.copyData("x")],
    PortalSuspended: [backend.portalSuspended()],
    "NegotiateProtocolVersion in a query": [backend.negotiateProtocolVersion(0)],
    "more fields than described": [extendedAnswer().subarray(0, -20), backend.dataRow("1", "2")],
    "fewer fields than described": [
      backend.parseComplete(),
      backend.parameterDescription(),
      backend.rowDescription("a", "b"),
      backend.bindComplete(),
      backend.dataRow("1"),
    ],
    "a field of negative length": [
      backend.parseComplete(),
      backend.parameterDescription(),
      column,
      backend.bindComplete(),
      backend.message("D", backend.int16(1), backend.int32(-2)),
    ],
    "a field longer than its row": [
      backend.parseComplete(),
      backend.parameterDescription(),
      column,
      backend.bindComplete(),
      backend.message("D", backend.int16(1), backend.int32(100), Buffer.from("1")),
    ],
    "a field whose length wraps around": [
      backend.parseComplete(),
      backend.parameterDescription(),
      column,
      backend.bindComplete(),
      backend.message("D", backend.int16(1), backend.int32(0x7fffffff), Buffer.from("1")),
    ],
    "a row with bytes left over": [
      backend.parseComplete(),
      backend.parameterDescription(),
      column,
      backend.bindComplete(),
      backend.message("D", backend.int16(1), backend.int32(1), Buffer.from("1x")),
    ],
    "more fields announced than there can be": [backend.message("T", backend.int16(0xffff), Buffer.from("a\0"))],
    "more parameters announced than there can be": [backend.message("t", backend.int16(0xffff), backend.int32(23))],
    "CommandComplete without an end": [backend.message("C", Buffer.from("SELECT 1"))],
    "an ErrorResponse without fields": [backend.message("E", Buffer.from([0]))],
    "an ErrorResponse without an end": [backend.message("E", Buffer.from("SERROR\0"))],
  } satisfies Record<string, Buffer[]>

  test.each(Object.entries(frames))("%s ends the connection with one ProtocolError", async (_, messages) => {
    const { db, transport } = await startReplay()
    const endings = endingsOf([db.value("select n"), db.value("select m")])
    await flushed()
    transport.deliver(Buffer.concat(messages))
    expect(db.isClosed).toBe(true)
    const [first, second] = (await endings).map((ending) => (ending.status === "error" ? ending.error : ending))
    expect(first).toBeInstanceOf(ProtocolError)
    expect(second).toBeInstanceOf(ConnectionError)
    expect(second).toMatchObject({ safeToRetry: false, cause: first })
    await expect(db.value("select o")).rejects.toMatchObject({ code: "PGLINE_CONNECTION", safeToRetry: true })
  })

  test("a description that was not asked for ends the connection", async () => {
    const { db, transport } = await startReplay()
    const named = db.value("select n", [], { prepare: true })
    await turn()
    transport.deliver(extendedAnswer("1"))
    await named
    const call = db.value("select n")
    await turn()
    transport.deliver(Buffer.concat([backend.rowDescription("other"), backend.bindComplete()]))
    expect(db.isClosed).toBe(true)
    await expect(call).rejects.toBeInstanceOf(ProtocolError)
  })
})

describe("errors and what they belong to", () => {
  test("an ErrorResponse behind CommandComplete is that query's, and the next one has its rows", async () => {
    const { db, transport } = await startReplay()
    const failing = db.value("insert")
    const next = db.value("select n")
    await turn()
    transport.deliver(
      Buffer.concat([
        extendedAnswer("1").subarray(0, -6),
        backend.errorResponse("23503", "a deferred constraint"),
        backend.readyForQuery(),
        extendedAnswer("2"),
      ]),
    )
    await expect(failing).rejects.toMatchObject({ code: "23503" })
    expect(await next).toBe(2)
    db.destroy()
  })

  test("the first of two ErrorResponses is told", async () => {
    const { db, transport } = await startReplay()
    const call = db.value("select n")
    await turn()
    transport.deliver(Buffer.concat([backend.errorResponse("22012", "the cause"), failure("25P02")]))
    await expect(call).rejects.toMatchObject({ code: "22012", statement: "select n" })
    db.destroy()
  })

  test("rows that came before an error are dropped", async () => {
    const { db, transport } = await startReplay()
    const call = db.rows("select n")
    await turn()
    transport.deliver(Buffer.concat([extendedAnswer("1", "2").subarray(0, -20), failure("22012")]))
    await expect(call).rejects.toBeInstanceOf(ServerError)
    db.destroy()
  })

  test("a value that is none of its type rejects its query alone", async () => {
    const { db, transport } = await startReplay()
    const broken = db.rows("select n")
    const next = db.value("select m")
    await turn()
    transport.deliver(Buffer.concat([extendedAnswer("1", "not a number", "3"), extendedAnswer("4")]))
    await expect(broken).rejects.toMatchObject({ code: "PGLINE_DECODE", column: "n" })
    expect(await next).toBe(4)
    db.destroy()
  })

  test.each([new RangeError("mine"), "text", null])(
    "what a row factory throws (%s) rejects its query alone",
    async (thrown) => {
      const { db, transport } = await startReplay()
      const call = db.rows("select n", [], {
        rows: () => () => {
          throw thrown
        },
      })
      const next = db.value("select m")
      await turn()
      transport.deliver(Buffer.concat([extendedAnswer("1"), extendedAnswer("4")]))
      const outcome = await call.then(
        () => "rows",
        (error: unknown) => ({ error }),
      )
      expect(outcome).toEqual({ error: thrown })
      expect(await next).toBe(4)
      db.destroy()
    },
  )

  test("an error of class 22 in a first run is told as the value that does not fit", async () => {
    const { db, transport } = await startReplay()
    const call = db.value("select $1::int4", [1.5])
    await turn()
    transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(INT4), column, failure("22P02")]),
    )
    await expect(call).rejects.toBeInstanceOf(EncodeError)
    await expect(call).rejects.toMatchObject({ parameter: 1, type: "int4" })
    db.destroy()
  })
})

describe("COPY given as a query", () => {
  test.each([
    "copy t from stdin",
    "COPY t (a, b) FROM STDIN WITH (format csv)",
    "/* hidden */ -- and more\n copy t to stdout",
    "copy (select 1) to\nstdout",
  ])("%j is refused before it is sent", async (text) => {
    const { db, transport } = await startReplay()
    await expect(db.query(text)).rejects.toBeInstanceOf(UsageError)
    await expect(db.query(text)).rejects.toMatchObject({ safeToRetry: true })
    await turn()
    expect(transport.takeMessageTypes()).toBe("")
    db.destroy()
  })

  test("a CopyInResponse is answered with CopyFail and one more Sync; the connection stays", async () => {
    const { db, transport } = await startReplay()
    const copy = db.query("select copy_from_somewhere()")
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBES")
    transport.deliver(
      Buffer.concat([
        backend.parseComplete(),
        backend.parameterDescription(),
        backend.noData(),
        backend.bindComplete(),
        backend.copyInResponse(0, [0]),
      ]),
    )
    await turn()
    expect(transport.takeMessageTypes()).toBe("fS")
    transport.deliver(failure("57014"))
    await expect(copy).rejects.toBeInstanceOf(UsageError)
    const next = db.value("select n")
    await turn()
    transport.deliver(extendedAnswer("6"))
    expect(await next).toBe(6)
    db.destroy()
  })

  test("a CopyInResponse with queries behind it ends the connection: the server takes them for data", async () => {
    const { db, transport } = await startReplay()
    const copy = db.query("select copy_from_somewhere()")
    const behind = db.value("select n")
    await turn()
    transport.deliver(
      Buffer.concat([
        backend.parseComplete(),
        backend.noData(),
        backend.bindComplete(),
        backend.copyInResponse(0, [0]),
      ]),
    )
    await expect(copy).rejects.toBeInstanceOf(ConnectionError)
    await expect(behind).rejects.toMatchObject({ code: "PGLINE_CONNECTION", safeToRetry: false })
    expect(db.isClosed).toBe(true)
  })

  test("what a CopyOutResponse brings is passed over; queries behind it have their own rows", async () => {
    const { db, transport } = await startReplay()
    const copy = db.query("select copy_to_somewhere()")
    const behind = db.value("select n")
    await turn()
    transport.deliver(
      Buffer.concat([
        backend.parseComplete(),
        backend.parameterDescription(),
        backend.noData(),
        backend.bindComplete(),
        backend.copyOutResponse(0, [0]),
        backend.copyData("1\n"),
        backend.copyData("2\n"),
        backend.copyDone(),
        backend.commandComplete("COPY 2"),
        backend.readyForQuery(),
        extendedAnswer("6"),
      ]),
    )
    await expect(copy).rejects.toBeInstanceOf(UsageError)
    expect(await behind).toBe(6)
    db.destroy()
  })

  test("a CopyBothResponse ends the connection", async () => {
    const { db, transport } = await startReplay()
    const copy = db.query("start_replication")
    await turn()
    transport.deliver(backend.message("W", Buffer.from([0, 0, 0])))
    await expect(copy).rejects.toBeInstanceOf(ConnectionError)
    expect(db.isClosed).toBe(true)
  })
})
