import { describe, expect, test } from "vitest"
import { ConnectionError, PipelineAbortedError } from "../../../src/errors/client-error.ts"
import { extendedRows } from "../../support/backend-answers.ts"
import * as backend from "../../support/backend-messages.ts"
import { endingsOf, flushed, startReplay, turn } from "../../support/replay.ts"

describe("a pipeline", () => {
  test("sends its statements under one Sync; after an error the rest reject and the connection goes on", async () => {
    const { db, transport } = await startReplay()
    const calls = db.pipeline((p) =>
      Promise.allSettled([p.value("select 1"), p.value("select 1/0"), p.value("select 3")]),
    )
    await turn()
    expect(transport.takeMessageTypes()).toMatch(/^(PDBE){3}H?$/)
    transport.deliver(Buffer.concat([extendedRows("1"), backend.errorResponse("22012", "division by zero")]))
    await turn()
    expect(transport.takeMessageTypes()).toBe("S")
    transport.deliver(backend.readyForQuery())
    expect(await calls).toMatchObject([
      { value: 1 },
      { reason: { code: "22012" } },
      { reason: expect.any(PipelineAbortedError) },
    ])
    const next = db.value("select n")
    await turn()
    transport.deliver(Buffer.concat([extendedRows("9"), backend.readyForQuery()]))
    expect(await next).toBe(9)
    db.destroy()
  })

  test("a list of promises leaves with its Sync, which nothing can follow", async () => {
    const { db, transport } = await startReplay()
    const late: unknown[] = []
    const calls = db.pipeline((p) => {
      queueMicrotask(() => p.value("select 3").catch((error) => late.push(error)))
      return [p.value("select 1"), p.value("select 2"), "three"]
    })
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBEPDBES")
    expect(late).toMatchObject([{ message: "the pipeline has ended" }])
    transport.deliver(Buffer.concat([extendedRows("1"), extendedRows("2"), backend.readyForQuery()]))
    expect(await calls).toEqual([1, 2, "three"])
    db.destroy()
  })

  test("an error before a sync point leaves the line to the statement behind it that is being described", async () => {
    const { db, transport } = await startReplay()
    let calls: Promise<unknown>[] = []
    const pipeline = db.pipeline((p) => {
      calls = [p.value("select 1/0"), p.sync(), p.value("select $1::int4[]", [[1]]), p.value("select n")]
      return Promise.allSettled(calls)
    })
    await turn()
    expect(transport.takeMessageTypes()).toMatch(/^PDBESPDH+$/)
    transport.deliver(Buffer.concat([backend.errorResponse("22012", "division by zero"), backend.readyForQuery()]))
    await turn()
    // The unnamed statement is not to be replaced before it has been bound.
    expect(transport.takeMessageTypes()).toBe("")
    transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(1007), backend.rowDescription("a")]),
    )
    await turn()
    expect(transport.takeMessageTypes()).toMatch(/^BEPDBEH?$/)
    transport.deliver(
      Buffer.concat([
        backend.bindComplete(),
        backend.dataRow("x"),
        backend.commandComplete("SELECT 1"),
        extendedRows("2"),
      ]),
    )
    await turn()
    transport.deliver(backend.readyForQuery())
    expect(await pipeline).toMatchObject([
      { reason: { code: "22012" } },
      { status: "fulfilled" },
      { value: "x" },
      { value: 2 },
    ])
    db.destroy()
  })

  test("a connection that is lost in the middle rejects every statement and the pipeline itself", async () => {
    const { db, transport } = await startReplay()
    let calls: Promise<unknown>[] = []
    const pipeline = db.pipeline(async (p) => {
      calls = [p.value("select 1"), p.value("select 2"), p.sync(), p.value("select 3")]
      const endings = endingsOf(calls)
      await flushed()
      transport.deliver(extendedRows("1"))
      transport.destroy()
      return endings
    })
    const outcome = await endingsOf([pipeline])
    expect(outcome).toMatchObject([{ error: expect.any(ConnectionError) }])
    const [first, ...rest] = await endingsOf(calls)
    expect(first).toMatchObject({ text: "1" })
    for (const ending of rest) expect(ending).toMatchObject({ error: expect.any(ConnectionError) })
  })
})
