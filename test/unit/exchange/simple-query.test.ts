import { describe, expect, test } from "vitest"
import { ConnectionError, ProtocolError, UsageError } from "../../../src/errors/client-error.ts"
import { extendedAnswer, failure, simpleAnswer } from "../../support/backend-answers.ts"
import * as backend from "../../support/backend-messages.ts"
import { endingsOf, flushed, startReplay, turn } from "../../support/replay.ts"

describe("a script", () => {
  test("gives a result per statement, those without rows included", async () => {
    const { db, transport } = await startReplay()
    const call = db.execute("create table t (); select 1; ;", { rows: "tuple" })
    await turn()
    expect(transport.takeMessageTypes()).toBe("Q")
    transport.deliver(
      Buffer.concat([
        backend.commandComplete("CREATE TABLE"),
        backend.rowDescription("a", "b"),
        backend.dataRow("1", null),
        backend.dataRow("2", "x"),
        backend.commandComplete("SELECT 2"),
        backend.readyForQuery(),
      ]),
    )
    const results = await call
    expect(results.map(({ command, rowCount, rows }) => ({ command, rowCount, rows }))).toEqual([
      { command: "CREATE TABLE", rowCount: 0, rows: [] },
      {
        command: "SELECT",
        rowCount: 2,
        rows: [
          ["1", null],
          ["2", "x"],
        ],
      },
    ])
    expect(results[0]!.fields).toEqual([])
    expect(results[1]!.fields.map(({ name }) => name)).toEqual(["a", "b"])
    db.destroy()
  })

  test("an error in the middle rejects the whole, and the next query is untouched", async () => {
    const { db, transport } = await startReplay()
    const script = db.execute("select 1; select 1/0; select 3")
    const next = db.value("select n")
    await turn()
    transport.deliver(Buffer.concat([simpleAnswer("1").subarray(0, -6), failure("22012"), extendedAnswer("4")]))
    await expect(script).rejects.toMatchObject({ code: "22012", statement: "select 1; select 1/0; select 3" })
    expect(await next).toBe(4)
    db.destroy()
  })

  test("statements that the server has dropped are parsed anew", async () => {
    const { db, transport } = await startReplay()
    const named = db.value("select n", [], { prepare: true })
    await turn()
    transport.deliver(extendedAnswer("1"))
    await named
    const script = db.execute("discard all")
    await turn()
    transport.takeMessageTypes()
    transport.deliver(Buffer.concat([backend.commandComplete("DISCARD ALL"), backend.readyForQuery()]))
    await script
    const again = db.value("select n", [], { prepare: true })
    await turn()
    expect(transport.takeMessageTypes()).toBe("CPDBES")
    transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("2")]))
    expect(await again).toBe(2)
    db.destroy()
  })
})

describe("COPY in a script", () => {
  test("holds back what is asked for later until it is over; a CopyInResponse is answered with CopyFail", async () => {
    const { db, transport } = await startReplay()
    const script = db.execute("begin; copy t from stdin; commit")
    const next = db.value("select n")
    await turn()
    expect(transport.takeMessageTypes()).toBe("Q")
    transport.deliver(Buffer.concat([backend.commandComplete("BEGIN"), backend.copyInResponse(0, [0])]))
    await turn()
    expect(transport.takeMessageTypes()).toBe("f")
    transport.deliver(failure("57014", {}, "E"))
    await expect(script).rejects.toBeInstanceOf(UsageError)
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBES")
    transport.deliver(extendedAnswer("2"))
    expect(await next).toBe(2)
    db.destroy()
  })

  test("what a CopyOutResponse brings is passed over", async () => {
    const { db, transport } = await startReplay()
    const script = db.execute("copy t to stdout; select 1")
    await turn()
    transport.deliver(
      Buffer.concat([
        backend.copyOutResponse(0, [0]),
        backend.copyData("1\n"),
        backend.copyDone(),
        backend.commandComplete("COPY 1"),
        simpleAnswer("1"),
      ]),
    )
    await expect(script).rejects.toBeInstanceOf(UsageError)
    const next = db.value("select n")
    await turn()
    transport.deliver(extendedAnswer("2"))
    expect(await next).toBe(2)
    db.destroy()
  })

  test("a CopyInResponse that nobody could foresee, with queries behind it, ends the connection", async () => {
    const { db, transport } = await startReplay()
    const endings = endingsOf([db.execute("select 1"), db.value("select n")])
    await flushed()
    transport.takeMessageTypes()
    transport.deliver(backend.copyInResponse(0, [0]))
    for (const ending of await endings) expect(ending).toMatchObject({ error: expect.any(ConnectionError) })
    expect(transport.takeMessageTypes()).toBe("")
    expect(db.isClosed).toBe(true)
  })
})

describe("replies in the wrong order", () => {
  const column = backend.rowDescription("a")
  test.each(
    Object.entries({
      "a row before its description": [backend.dataRow("1")],
      "a row behind CommandComplete": [column, backend.commandComplete("SELECT 0"), backend.dataRow("1")],
      "ReadyForQuery before anything": [backend.readyForQuery()],
      "ReadyForQuery before CommandComplete": [column, backend.dataRow("1"), backend.readyForQuery()],
      "a second description": [column, column],
      "another description behind a row that could not be read": [
        backend.rowDescription({ name: "a", typeOid: 23 }),
        backend.dataRow("not a number"),
        column,
        backend.dataRow("1"),
        backend.commandComplete("SELECT 2"),
        backend.readyForQuery(),
      ],
      "CopyData without a CopyResponse": [backend.copyData("x")],
      "messages of the extended protocol": [backend.parseComplete()],
      "a row with too many fields": [column, backend.dataRow("1", "2")],
    }),
  )("%s ends the connection with one ProtocolError", async (_, messages) => {
    const { db, transport } = await startReplay()
    const endings = endingsOf([db.execute("select 1"), db.execute("select 2")])
    await flushed()
    transport.deliver(Buffer.concat(messages))
    expect(db.isClosed).toBe(true)
    expect(await endings).toMatchObject([{ error: expect.any(ProtocolError) }, { error: expect.any(ConnectionError) }])
  })
})
