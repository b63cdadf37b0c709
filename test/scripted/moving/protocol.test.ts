/**
 * What goes over the wire when much data moves, message by message: what is sent when, what is not sent any more after an
 * error, and what a slow peer on either side brings to a stop.
 */

import { describe, expect, test } from "vitest"
import { ConnectionError, ProtocolError } from "../../../src/errors/client-error.ts"
import * as backend from "../../support/backend-messages.ts"
import { endingsOf, type Replay, startReplay, turn } from "../../support/replay.ts"

const INT4 = 23
const column = backend.rowDescription({ name: "n", typeOid: INT4, typeSize: 4 })
const described = Buffer.concat([backend.parseComplete(), backend.parameterDescription(), column])
const opened = Buffer.concat([backend.parseComplete(), backend.bindComplete(), backend.copyInResponse(0, [0])])
const openedOut = Buffer.concat([backend.parseComplete(), backend.bindComplete(), backend.copyOutResponse(0, [0])])
const ready = backend.readyForQuery()
const row = backend.dataRow(backend.int32(7))

/** Counts how often the reading is stopped and started. */
function watchReading({ transport }: Replay): string[] {
  const moves: string[] = []
  transport.pause = () => {
    moves.push("pause")
  }
  transport.resume = () => {
    moves.push("resume")
  }
  return moves
}

/** What was written since the last call, by type, runs of the same type told once. */
async function sent({ transport }: Replay): Promise<string> {
  await turn()
  return transport.takeMessageTypes().replaceAll(/(.)\1+/g, "$1")
}

describe("COPY IN", () => {
  test("sends data once the server asks for it, and ends with one Sync", async () => {
    const replay = await startReplay()
    const copying = replay.db.copyIn("copy t from stdin", ["1\n", "2\n"])
    expect(await sent(replay)).toBe("PBEH")
    replay.transport.deliver(opened)
    expect(await sent(replay)).toBe("dcS")
    replay.transport.deliver(Buffer.concat([backend.commandComplete("COPY 2"), ready]))
    expect(await copying).toEqual({ rowCount: 2 })
    replay.db.destroy()
  })

  test("sends nothing but a Sync after an error, and asks the source for no more", async () => {
    const replay = await startReplay()
    let asked = 0
    const source = async function* (): AsyncGenerator<string> {
      for (;;) {
        asked++
        yield "x\n"
        await turn()
      }
    }
    const copying = replay.db.copyIn("copy t from stdin", source())
    await turn()
    replay.transport.deliver(opened)
    await turn()
    await turn()
    await sent(replay)
    replay.transport.deliver(backend.errorResponse("22P02", "bad data"))
    const before = asked
    expect(await sent(replay)).toMatch(/^d?S$/)
    await turn()
    expect(asked - before).toBeLessThanOrEqual(1)
    replay.transport.deliver(ready)
    expect(await endingsOf([copying])).toMatchObject([{ error: { code: "22P02" } }])
    expect(await sent(replay)).toBe("")
    replay.db.destroy()
  })

  test("has the server drop what it has when the source throws", async () => {
    const replay = await startReplay()
    const source = function* (): Generator<string> {
      yield "1\n"
      throw new Error("the source broke")
    }
    const copying = replay.db.copyIn("copy t from stdin", source())
    await turn()
    replay.transport.takeMessageTypes()
    replay.transport.deliver(opened)
    expect(await sent(replay)).toBe("dfS")
    replay.transport.deliver(Buffer.concat([backend.errorResponse("57014", "given up"), ready]))
    await expect(copying).rejects.toThrow("the source broke")
    replay.db.destroy()
  })

  test("waits while the peer takes no more, and lets queries wait behind it", async () => {
    const replay = await startReplay()
    const { transport, db } = replay
    let pulled = 0
    const source = function* (): Generator<Uint8Array> {
      for (; pulled < 100; pulled++) yield Buffer.alloc(64 * 1024, "x\n")
    }
    const copying = db.copyIn("copy t from stdin", source())
    const behind = db.query("select 1")
    await turn()
    transport.takeMessageTypes()
    transport.congested = true
    transport.deliver(opened)
    await turn()
    await turn()
    expect(pulled).toBeLessThan(3)
    transport.drain()
    for (let i = 0; i < 60; i++) await turn()
    expect(pulled).toBe(100)
    expect(transport.takeMessageTypes()).toMatch(/^d+cS$/)
    transport.deliver(Buffer.concat([backend.commandComplete("COPY 3"), ready]))
    await copying
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBES")
    const lost = endingsOf([behind])
    db.destroy()
    expect(await lost).toMatchObject([{ error: expect.any(ConnectionError) }])
  })

  test("joins small chunks to one message", async () => {
    const replay = await startReplay()
    const copying = replay.db.copyIn("copy t from stdin", ["1", "\n2", "\n3\n"])
    await turn()
    replay.transport.takeMessageTypes()
    replay.transport.deliver(opened)
    await turn()
    expect(replay.transport.takeMessageTypes()).toBe("dcS")
    replay.transport.deliver(Buffer.concat([backend.commandComplete("COPY 3"), ready]))
    await copying
    replay.db.destroy()
  })

  test("keeps a large chunk's memory until the peer has it, even when the end was asked for meanwhile", async () => {
    const replay = await startReplay()
    const { transport, db } = replay
    const opening = db.copyIn("copy t from stdin")
    await turn()
    transport.deliver(Buffer.concat([described, ready]))
    await turn()
    transport.deliver(opened)
    const copy = await opening
    transport.takeMessageTypes()
    transport.congested = true
    transport.takesAtOnce = false
    let isFree = false
    const writing = copy.write(Buffer.alloc(64 * 1024, "1\n")).then(() => {
      isFree = true
    })
    const ending = copy.end()
    await turn()
    expect(transport.takeMessageTypes()).toBe("dcS")
    expect(isFree).toBe(false)
    transport.drain()
    await writing
    transport.deliver(Buffer.concat([backend.commandComplete("COPY 32768"), ready]))
    expect(await ending).toEqual({ rowCount: 32_768 })
    db.destroy()
  })

  test("takes back a chunk that is longer than a message may be", async () => {
    const replay = await startReplay()
    const copying = replay.db.copyIn("copy t from stdin")
    await turn()
    replay.transport.deliver(Buffer.concat([described, ready]))
    await turn()
    replay.transport.deliver(opened)
    const copy = await copying
    replay.transport.takeMessageTypes()
    const outcome = copy.write(new Uint8Array(2 ** 30)).catch((error: unknown) => error)
    expect(await sent(replay)).toBe("fS")
    replay.transport.deliver(Buffer.concat([backend.errorResponse("57014", "given up"), ready]))
    expect(await outcome).toMatchObject({ message: expect.stringContaining("is longer than") })
    replay.db.destroy()
  })

  test("is a broken protocol when the server is ready without having said how it ended", async () => {
    const replay = await startReplay()
    const copying = replay.db.copyIn("copy t from stdin", "1\n")
    await turn()
    replay.transport.deliver(Buffer.concat([opened, ready]))
    expect(await endingsOf([copying])).toMatchObject([{ error: expect.any(ProtocolError) }])
    expect(replay.db.isClosed).toBe(true)
  })
})

describe("executeMany", () => {
  test("describes first, then sends all runs under one Sync", async () => {
    const replay = await startReplay()
    const running = replay.db.executeMany("insert into t values ($1)", [[1], [2], [3]])
    expect(await sent(replay)).toBe("PDH")
    replay.transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(INT4), backend.noData()]),
    )
    await turn()
    expect(replay.transport.takeMessageTypes()).toBe("BEBEBES")
    const each = Buffer.concat([backend.bindComplete(), backend.commandComplete("INSERT 0 1")])
    replay.transport.deliver(Buffer.concat([each, each, each, ready]))
    expect(await running).toEqual({ rowCount: 3, rows: [] })
    replay.db.destroy()
  })

  test("undoes what was sent by a failure of its own when a value does not fit", async () => {
    const replay = await startReplay()
    const running = replay.db.executeMany("insert into t values ($1)", [[1], [{}], [3]])
    await turn()
    replay.transport.takeMessageTypes()
    replay.transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(INT4), backend.noData()]),
    )
    await turn()
    expect(replay.transport.takeMessageTypes()).toBe("BEES")
    const answer = [
      backend.bindComplete(),
      backend.commandComplete("INSERT 0 1"),
      backend.errorResponse("34000", "no portal"),
    ]
    replay.transport.deliver(Buffer.concat([...answer, ready]))
    expect(await endingsOf([running])).toMatchObject([{ error: { code: "PGLINE_ENCODE", index: 1 } }])
    replay.db.destroy()
  })

  test("is a broken protocol when fewer runs are answered than were sent", async () => {
    const replay = await startReplay()
    const running = replay.db.executeMany("insert into t values ($1)", [[1], [2]])
    await turn()
    replay.transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(INT4), backend.noData()]),
    )
    await turn()
    replay.transport.deliver(Buffer.concat([backend.bindComplete(), backend.commandComplete("INSERT 0 1"), ready]))
    expect(await endingsOf([running])).toMatchObject([{ error: expect.any(ProtocolError) }])
  })
})

describe("a stream", () => {
  test("is one Execute, and the reading stops while nobody takes the rows", async () => {
    const replay = await startReplay()
    const moves = watchReading(replay)
    const stream = replay.db.stream("select n", [], { rows: "scalar" })
    expect(await sent(replay)).toBe("")
    const batches = stream.batches()
    const first = batches.next()
    expect(await sent(replay)).toBe("PDH")
    replay.transport.deliver(described)
    expect(await sent(replay)).toBe("BES")
    replay.transport.deliver(Buffer.concat([backend.bindComplete(), row]))
    expect(await first).toEqual({ value: [7], done: false })
    replay.transport.deliver(Buffer.concat(Array.from({ length: 50_000 }, () => row)))
    expect(moves).toEqual(["pause"])
    expect((await batches.next()).value).toHaveLength(50_000)
    expect(moves).toEqual(["pause", "resume"])
    replay.transport.deliver(Buffer.concat([backend.commandComplete("SELECT 50001"), ready]))
    expect(await batches.next()).toEqual({ value: undefined, done: true })
    replay.db.destroy()
  })

  test("that ends while the reading is stopped starts it again", async () => {
    const replay = await startReplay()
    const moves = watchReading(replay)
    const batches = replay.db.stream("select n", [], { rows: "scalar" }).batches()
    const first = batches.next()
    await turn()
    replay.transport.deliver(described)
    await turn()
    const rows = Array.from({ length: 60_000 }, () => row)
    replay.transport.deliver(
      Buffer.concat([backend.bindComplete(), ...rows, backend.commandComplete("SELECT 60000"), ready]),
    )
    expect(moves).toEqual(["pause", "resume"])
    expect((await first).value).toHaveLength(60_000)
    expect((await batches.next()).done).toBe(true)
    replay.db.destroy()
  })

  test("in a transaction is a portal, closed when the loop is left", async () => {
    const replay = await startReplay()
    const status = backend.readyForQuery("T")
    const done = replay.db.transaction(async (tx) => {
      for await (const n of tx.stream("select n", [], { rows: "scalar" })) if (n === 7) break
    })
    expect(await sent(replay)).toBe("PBEPDH")
    const begun = [backend.parseComplete(), backend.bindComplete(), backend.commandComplete("BEGIN")]
    replay.transport.deliver(Buffer.concat([...begun, described]))
    expect(await sent(replay)).toBe("BES")
    replay.transport.deliver(Buffer.concat([backend.bindComplete(), row, row, backend.portalSuspended(), status]))
    // The next batch is asked for while the first is worked on; then the portal is closed.
    expect(await sent(replay)).toBe("ESCS")
    replay.transport.deliver(Buffer.concat([row, backend.portalSuspended(), status, backend.closeComplete(), status]))
    expect(await sent(replay)).toMatch(/^P.*S$/)
    const committed = [
      backend.parseComplete(),
      backend.parameterDescription(),
      backend.noData(),
      backend.bindComplete(),
    ]
    replay.transport.deliver(Buffer.concat([...committed, backend.commandComplete("COMMIT"), ready]))
    await done
    replay.db.destroy()
  })

  test("whose BEGIN fails says so instead of waiting for a Sync", async () => {
    const replay = await startReplay()
    const reading = replay.db.transaction(async (tx) => {
      for await (const _ of tx.stream("select n")) throw new Error("there is no row")
    })
    const refused = expect(reading).rejects.toMatchObject({ code: "25006" })
    expect(await sent(replay)).toBe("PBEPDH")
    replay.transport.deliver(backend.errorResponse("25006", "not now"))
    expect(await sent(replay)).toBe("S")
    replay.transport.deliver(ready)
    await refused
    replay.db.destroy()
  })
})

describe("COPY OUT", () => {
  test("gathers rows into chunks and stops the reading while nobody takes them", async () => {
    const replay = await startReplay()
    const moves = watchReading(replay)
    const chunks = replay.db.copyOut("copy t to stdout")[Symbol.asyncIterator]()
    const first = chunks.next()
    expect(await sent(replay)).toBe("PBES")
    replay.transport.deliver(Buffer.concat([openedOut, backend.copyData("1\n"), backend.copyData("2\n")]))
    expect(Buffer.from((await first).value!).toString()).toBe("1\n2\n")
    const line = `${"x".repeat(999)}\n`
    replay.transport.deliver(Buffer.concat(Array.from({ length: 400 }, () => backend.copyData(line))))
    await turn()
    expect(moves).toEqual(["pause"])
    replay.transport.deliver(Buffer.concat([backend.copyDone(), backend.commandComplete("COPY 402"), ready]))
    let bytes = 0
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) bytes += next.value.length
    expect(bytes).toBe(400_000)
    expect(moves).toEqual(["pause", "resume"])
    replay.db.destroy()
  })

  test("passes a row on that is larger than a chunk, in its order", async () => {
    const replay = await startReplay()
    const reading = (async () => {
      const all: Uint8Array[] = []
      for await (const chunk of replay.db.copyOut("copy t to stdout")) all.push(chunk)
      return Buffer.concat(all).toString()
    })()
    await turn()
    const data = ["a\n", `${"b".repeat(200_000)}\n`, "c\n"]
    replay.transport.deliver(
      Buffer.concat([
        openedOut,
        ...data.map(backend.copyData),
        backend.copyDone(),
        backend.commandComplete("COPY 3"),
        ready,
      ]),
    )
    expect(await reading).toBe(data.join(""))
    replay.db.destroy()
  })
})
