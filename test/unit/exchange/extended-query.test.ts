import { describe, expect, test } from "vitest"
import { EncodeError } from "../../../src/errors/client-error.ts"
import { extendedAnswer, failure, namedAnswer } from "../../support/backend-answers.ts"
import * as backend from "../../support/backend-messages.ts"
import { bindFields, type FrontendFrame, parseFields, targetFields } from "../../support/frontend-frames.ts"
import { type Replay, startReplay, turn } from "../../support/replay.ts"

const INT4 = 23
const TEXT = 25
const column = backend.rowDescription({ name: "n", typeOid: INT4, typeSize: 4 })

/** What was sent since the last call, cut into frames. */
function takeFrames({ transport }: Replay): FrontendFrame[] {
  const frames: FrontendFrame[] = []
  const bytes = transport.written
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    frames.push({
      type: String.fromCharCode(bytes[at]!),
      body: Buffer.from(bytes.subarray(at + 5, at + 1 + bytes.readInt32BE(at + 1))),
    })
  }
  transport.written = Buffer.alloc(0)
  return frames
}

function typesOf(frames: readonly FrontendFrame[]): string {
  return frames.map(({ type }) => type).join("")
}

/** A session in which `select n` has a name. */
async function withNamed(): Promise<Replay> {
  const replay = await startReplay()
  const rows = replay.db.rows("select n", [], { prepare: true })
  await turn()
  replay.transport.deliver(extendedAnswer("1"))
  await rows
  replay.transport.takeMessageTypes()
  return replay
}

describe("the ways a statement goes out", () => {
  test("first, naming, named: text once, then by name in binary", async () => {
    const replay = await startReplay()
    const { db, transport } = replay
    const first = db.rows("select n")
    await turn()
    const firstFrames = takeFrames(replay)
    expect(typesOf(firstFrames)).toBe("PDBES")
    expect(parseFields(firstFrames[0]!)).toEqual({ name: "", text: "select n", parameterTypes: [] })
    transport.deliver(extendedAnswer("7"))
    expect(await first).toEqual([{ n: 7 }])

    const naming = db.rows("select n")
    await turn()
    const namingFrames = takeFrames(replay)
    expect(typesOf(namingFrames)).toBe("PDBES")
    const { name } = parseFields(namingFrames[0]!)
    expect(name).toMatch(/^pgline_[0-9a-z]+$/)
    expect(bindFields(namingFrames[2]!)).toMatchObject({ statement: name, resultFormats: [1] })
    transport.deliver(extendedAnswer(backend.int32(8)))
    expect(await naming).toEqual([{ n: 8 }])

    const named = db.rows("select n")
    await turn()
    const namedFrames = takeFrames(replay)
    expect(typesOf(namedFrames)).toBe("BES")
    expect(bindFields(namedFrames[0]!)).toMatchObject({ statement: name, resultFormats: [1] })
    transport.deliver(namedAnswer(9))
    expect(await named).toEqual([{ n: 9 }])
    db.destroy()
  })

  test("a burst of one text makes one name at most, and every row is right", async () => {
    const { db, transport } = await startReplay()
    const calls = Array.from({ length: 50 }, () => db.value("select n"))
    await turn()
    const replayed = Array.from({ length: 50 }, (_, i) => extendedAnswer(String(i)))
    const frames = takeFrames({ db, transport } as Replay)
    const names = new Set(frames.filter(({ type }) => type === "P").map((frame) => parseFields(frame).name))
    expect([...names].filter((name) => name !== "")).toHaveLength(1)
    transport.deliver(Buffer.concat(replayed))
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    db.destroy()
  })

  test("describing holds the line: what is asked for later is written later", async () => {
    const replay = await startReplay()
    const { db, transport } = replay
    const order: string[] = []
    const calls = [
      db.value("select $1::int4[]", [[1, 2]]).then(() => order.push("array")),
      db.value("select n").then(() => order.push("plain")),
      db.execute("select 1").then(() => order.push("script")),
    ]
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDH")
    transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(1007), backend.rowDescription("a")]),
    )
    await turn()
    expect(transport.takeMessageTypes()).toBe("BESPDBESQ")
    transport.deliver(
      Buffer.concat([
        backend.bindComplete(),
        backend.dataRow("x"),
        backend.commandComplete("SELECT 1"),
        backend.readyForQuery(),
      ]),
    )
    transport.deliver(extendedAnswer("1"))
    transport.deliver(
      Buffer.concat([column, backend.dataRow("1"), backend.commandComplete("SELECT 1"), backend.readyForQuery()]),
    )
    await Promise.all(calls)
    expect(order).toEqual(["array", "plain", "script"])
    db.destroy()
  })

  test("a value that does not fit what is described ends the request properly", async () => {
    const { db, transport } = await startReplay()
    const refused = db.value("select $1::int4[]", [{ no: "array" }])
    const next = db.value("select n")
    await turn()
    transport.takeMessageTypes()
    transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(1007), backend.rowDescription("a")]),
    )
    await turn()
    expect(transport.takeMessageTypes()).toBe("SPDBES")
    transport.deliver(Buffer.concat([backend.readyForQuery(), extendedAnswer("5")]))
    await expect(refused).rejects.toBeInstanceOf(EncodeError)
    expect(await next).toBe(5)
    db.destroy()
  })

  test("what is aborted while it is described is not run", async () => {
    const { db, transport } = await startReplay()
    const abort = new AbortController()
    const aborted = db.value("select $1::int4[]", [[1]], { signal: abort.signal })
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDH")
    abort.abort(new Error("enough"))
    await expect(aborted).rejects.toThrow("enough")
    transport.deliver(
      Buffer.concat([backend.parseComplete(), backend.parameterDescription(1007), backend.rowDescription("a")]),
    )
    await turn()
    expect(transport.takeMessageTypes()).toBe("S")
    db.destroy()
  })

  test("a Parse that fails while it is described ends the request properly", async () => {
    const { db, transport } = await startReplay()
    const refused = db.value("selekt $1", [{}])
    const next = db.value("select n")
    await turn()
    transport.takeMessageTypes()
    transport.deliver(backend.errorResponse("42601", "syntax error"))
    await turn()
    expect(transport.takeMessageTypes()).toBe("SPDBES")
    transport.deliver(Buffer.concat([backend.readyForQuery(), extendedAnswer("5")]))
    await expect(refused).rejects.toMatchObject({ code: "42601" })
    expect(await next).toBe(5)
    db.destroy()
  })
})

describe("names", () => {
  test("a Parse that fails while naming leaves no name, with more of the same pipelined behind", async () => {
    const replay = await startReplay()
    const { db, transport } = replay
    const options = { prepare: true }
    const calls = [1, 2, 3].map(() => db.value("selekt", [], options))
    await turn()
    const frames = takeFrames(replay)
    expect(frames.filter(({ type }) => type === "P").map((frame) => parseFields(frame).name !== "")).toEqual([
      true,
      false,
      false,
    ])
    transport.deliver(Buffer.concat([failure("42601"), failure("42601"), failure("42601")]))
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "42601" })

    const again = db.value("selekt", [], options)
    await turn()
    const [close, parse] = takeFrames(replay)
    expect(close!.type).toBe("C")
    expect(targetFields(close!)).toMatchObject({ target: "S" })
    // The name that is being closed is not given again before it is.
    expect(parseFields(parse!).name).toMatch(/^pgline_\w+_2$/)
    expect(targetFields(close!).name).toBe(parseFields(parse!).name.replace(/_2$/, ""))
    transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("3")]))
    expect(await again).toBe(3)
    db.destroy()
  })

  test("a value that does not fit takes the name back that it would have given", async () => {
    const replay = await startReplay()
    const { db, transport } = replay
    const describe = db.value("select $1", [1], { parameterTypes: ["int4"] })
    await turn()
    transport.deliver(
      Buffer.concat([
        backend.parseComplete(),
        backend.parameterDescription(INT4),
        column,
        backend.bindComplete(),
        backend.dataRow("1"),
        backend.commandComplete("SELECT 1"),
        backend.readyForQuery(),
      ]),
    )
    await describe
    takeFrames(replay)
    await expect(db.value("select $1", [{}], { parameterTypes: ["int4"] })).rejects.toBeInstanceOf(EncodeError)
    await turn()
    expect(takeFrames(replay)).toEqual([])
    const good = db.value("select $1", [2], { parameterTypes: ["int4"] })
    await turn()
    expect(typesOf(takeFrames(replay))).toBe("PDBES")
    transport.deliver(extendedAnswer(backend.int32(2)))
    expect(await good).toBe(2)
    db.destroy()
  })

  test("the statement used longest ago is closed with the next request", async () => {
    const replay = await startReplay({ prepareThreshold: 0, statementCacheSize: 2 })
    const { db, transport } = replay
    const names: string[] = []
    for (const text of ["select 1", "select 2", "select 3"]) {
      const call = db.value(text)
      await turn()
      const frames = takeFrames(replay)
      if (text !== "select 3") {
        expect(typesOf(frames)).toBe("PDBES")
        names.push(parseFields(frames[0]!).name)
        transport.deliver(extendedAnswer("1"))
      } else {
        expect(typesOf(frames)).toBe("CPDBES")
        expect(targetFields(frames[0]!)).toEqual({ target: "S", name: names[0] })
        transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("1")]))
      }
      await call
    }
    db.destroy()
  })

  test("a connection that remembers no statements gives no names", async () => {
    const replay = await startReplay({ statementCacheSize: 0, prepareThreshold: 0 })
    const { db, transport } = replay
    for (let i = 0; i < 3; i++) {
      const call = db.value("select n", [], { prepare: true })
      await turn()
      expect(parseFields(takeFrames(replay)[0]!).name).toBe("")
      transport.deliver(extendedAnswer("1"))
      await call
    }
    db.destroy()
  })

  test("after DISCARD ALL, DEALLOCATE and their kin a statement is parsed anew under a name that is free", async () => {
    for (const command of ["DISCARD ALL", "DEALLOCATE", "DEALLOCATE ALL"]) {
      const replay = await withNamed()
      const { db, transport } = replay
      const discard = db.query("discard or deallocate")
      await turn()
      transport.deliver(
        Buffer.concat([
          backend.parseComplete(),
          backend.parameterDescription(),
          backend.noData(),
          backend.bindComplete(),
          backend.commandComplete(command),
          backend.readyForQuery(),
        ]),
      )
      await discard
      takeFrames(replay)
      const call = db.value("select n", [], { prepare: true })
      await turn()
      const frames = takeFrames(replay)
      expect(typesOf(frames)).toBe("CPDBES")
      expect(parseFields(frames[1]!).name).toBe(`${targetFields(frames[0]!).name}_2`)
      transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("2")]))
      expect(await call).toBe(2)
      db.destroy()
    }
  })

  test("statements with different declared types are different statements", async () => {
    const replay = await startReplay({ prepareThreshold: 0 })
    const { db } = replay
    void db.value("select $1", [1], { parameterTypes: ["int4"] }).catch(() => undefined)
    void db.value("select $1", [1], { parameterTypes: ["text"] }).catch(() => undefined)
    await turn()
    const parses = takeFrames(replay)
      .filter(({ type }) => type === "P")
      .map((frame) => parseFields(frame))
    expect(parses.map(({ parameterTypes }) => parameterTypes)).toEqual([[INT4], [TEXT]])
    expect(parses[0]!.name).not.toBe(parses[1]!.name)
    db.destroy()
  })
})

describe("a plan that has gone stale", () => {
  const stale = { R: "RevalidateCachedQuery" }

  test.each([
    ["0A000", stale],
    ["26000", {}],
  ])("%s: the statement is parsed anew and run once more", async (code, more) => {
    const replay = await withNamed()
    const { db, transport } = replay
    const call = db.value("select n")
    await turn()
    expect(typesOf(takeFrames(replay))).toBe("BES")
    transport.deliver(failure(code, more))
    await turn()
    expect(typesOf(takeFrames(replay))).toMatch(/^CPDBES$/)
    transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("4")]))
    expect(await call).toBe(4)
    db.destroy()
  })

  test("it is run once more with a timeout as well, and what waits behind it goes on", async () => {
    const replay = await withNamed()
    const { db, transport } = replay
    const call = db.value("select n", [], { timeout: 60_000 })
    const behind = db.value("select n", [], { prepare: false })
    await turn()
    transport.takeMessageTypes()
    transport.deliver(failure("26000"))
    await turn()
    expect(transport.takeMessageTypes()).toBe("CPDBES")
    transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("4")]))
    await turn()
    expect(await call).toBe(4)
    expect(transport.takeMessageTypes()).toBe("PDBES")
    transport.deliver(extendedAnswer(backend.int32(5)))
    expect(await behind).toBe(5)
    db.destroy()
  })

  test("it is run once more while the connection is being closed", async () => {
    const replay = await withNamed()
    const { db, transport } = replay
    const call = db.value("select n")
    const closed = db.close()
    await turn()
    transport.takeMessageTypes()
    transport.deliver(failure("26000"))
    await turn()
    expect(transport.takeMessageTypes()).toBe("CPDBES")
    transport.deliver(Buffer.concat([backend.closeComplete(), extendedAnswer("4")]))
    expect(await call).toBe(4)
    await closed
    expect(transport.takeMessageTypes()).toBe("X")
  })

  test("the second time the error is the caller's", async () => {
    const replay = await withNamed()
    const { db, transport } = replay
    const call = db.value("select n", [], { prepare: true })
    await turn()
    transport.deliver(failure("26000"))
    await turn()
    transport.deliver(Buffer.concat([backend.closeComplete(), failure("26000")]))
    await expect(call).rejects.toMatchObject({ code: "26000" })
    db.destroy()
  })

  test.each(["T", "E"] as const)("in a transaction (%s) it is not run again", async (status) => {
    const replay = await withNamed()
    const { db, transport } = replay
    const call = db.value("select n")
    await turn()
    transport.takeMessageTypes()
    transport.deliver(failure("0A000", stale, status))
    await expect(call).rejects.toMatchObject({ code: "0A000" })
    await turn()
    expect(transport.takeMessageTypes()).toBe("")
    db.destroy()
  })

  test("another feature_not_supported is an error like any other", async () => {
    const { db, transport } = await withNamed()
    const call = db.value("select n")
    await turn()
    transport.deliver(failure("0A000", { R: "transformSomething" }))
    await expect(call).rejects.toMatchObject({ code: "0A000" })
    db.destroy()
  })
})
