import { describe, expect, test } from "vitest"
import { DecodeError, TypeLookupError } from "../../../src/errors/client-error.ts"
import * as backend from "../../support/backend-messages.ts"
import { endingsOf, type Replay, startReplay, turn } from "../../support/replay.ts"

const MOOD = 90_001
const column = backend.rowDescription({ name: "m", typeOid: MOOD, typeSize: 4 })
const mood = {
  oid: MOOD,
  name: "mood",
  schema: "app",
  kind: "e",
  array: 90_002,
  delimiter: ",",
  labels: ["ok"],
  attributes: null,
  base: 0,
  subtype: null,
  range: null,
}

/** The answer to the first run of a statement with one column of an unknown type. */
const rows = Buffer.concat([
  backend.parseComplete(),
  backend.parameterDescription(),
  column,
  backend.bindComplete(),
  backend.dataRow("ok"),
  backend.commandComplete("SELECT 1"),
  backend.readyForQuery(),
])

/** The catalogs' answer. */
function catalog(text: string | undefined): Buffer {
  return Buffer.concat([
    backend.parseComplete(),
    backend.bindComplete(),
    ...(text === undefined ? [] : [backend.dataRow(text)]),
    backend.commandComplete("SELECT 1"),
    backend.readyForQuery(),
  ])
}

const known = catalog(JSON.stringify({ types: [mood], names: null }))

async function metBy(replay: Replay, ...texts: string[]): Promise<Promise<unknown>[]> {
  const queries = texts.map((text) => replay.db.value(text))
  await turn()
  replay.transport.takeMessageTypes()
  return queries
}

describe("rows of an unknown type", () => {
  test("wait for one lookup, which others wait for as well", async () => {
    const replay = await startReplay()
    const queries = await metBy(replay, "select m", "select m, 1", "select m, 2")
    replay.transport.deliver(Buffer.concat([rows, rows, rows]))
    await turn()
    expect(replay.transport.takeMessageTypes()).toBe("PBES")
    replay.transport.deliver(known)
    expect(await Promise.all(queries)).toEqual(["ok", "ok", "ok"])
    expect(replay.link.isIdle).toBe(true)
    replay.db.destroy()
  })

  test("are decoded at once when the type is known by then", async () => {
    const replay = await startReplay()
    const [first] = await metBy(replay, "select m")
    replay.transport.deliver(Buffer.concat([rows]))
    await turn()
    replay.transport.deliver(known)
    await first
    const [second] = await metBy(replay, "select m, 1")
    replay.transport.deliver(rows)
    expect(await second).toBe("ok")
    expect(replay.transport.takeMessageTypes()).toBe("")
    replay.db.destroy()
  })

  test("are text when the catalogs know nothing of it, and they are not asked again", async () => {
    const replay = await startReplay()
    const [first] = await metBy(replay, "select m")
    replay.transport.deliver(rows)
    await turn()
    replay.transport.deliver(catalog('{"types":null,"names":null}'))
    expect(await first).toBe("ok")
    const [second] = await metBy(replay, "select m, 1")
    replay.transport.deliver(rows)
    expect(await second).toBe("ok")
    replay.db.destroy()
  })

  test.each([
    ["no JSON", "{"],
    ["another JSON", "[]"],
    ["types that are none", '{"types":[5],"names":null}'],
  ])("an answer with %s is told as such, and the connection goes on", async (_, text) => {
    const replay = await startReplay()
    const [query] = await metBy(replay, "select m")
    replay.transport.deliver(rows)
    await turn()
    replay.transport.deliver(catalog(text))
    const [ending] = await endingsOf([query!])
    expect(ending).toMatchObject({ status: "error", error: expect.any(TypeLookupError) })
    if (ending?.status === "error") expect(ending.error.cause).toBeInstanceOf(DecodeError)
    expect([replay.link.state, replay.link.isIdle]).toEqual(["open", true])
    replay.db.destroy()
  })

  test("no answer at all, or an error, is told with the types; others ask for themselves", async () => {
    const replay = await startReplay()
    const [first, second] = await metBy(replay, "select m", "select m, 1")
    replay.transport.deliver(Buffer.concat([rows, rows]))
    await turn()
    replay.transport.takeMessageTypes()
    replay.transport.deliver(Buffer.concat([backend.errorResponse("57014", "canceled"), backend.readyForQuery()]))
    await expect(first).rejects.toMatchObject({ types: [MOOD], cause: { code: "57014" } })
    await turn()
    expect(replay.transport.takeMessageTypes()).toBe("PBES")
    replay.transport.deliver(catalog(undefined))
    await expect(second).rejects.toThrow(TypeLookupError)
    expect(replay.link.state).toBe("open")
    replay.db.destroy()
  })

  test("the connection is lost meanwhile: everybody is told", async () => {
    const replay = await startReplay()
    const queries = await metBy(replay, "select m", "select m, 1")
    replay.transport.deliver(Buffer.concat([rows, rows]))
    await turn()
    replay.db.destroy(new Error("gone"))
    const endings = await endingsOf(queries)
    expect(endings.map(({ status }) => status)).toEqual(["error", "error"])
  })
})

describe("a parameter of an unknown type", () => {
  const described = Buffer.concat([backend.parseComplete(), backend.parameterDescription(MOOD), backend.noData()])

  test("is described, looked up and sent, and nothing overtakes it", async () => {
    const replay = await startReplay()
    const { transport } = replay
    const query = replay.db.query("insert $1", [["ok"]])
    const behind = replay.db.value("select m")
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDH")
    transport.deliver(described)
    await turn()
    expect(transport.takeMessageTypes()).toBe("S")
    transport.deliver(backend.readyForQuery())
    await turn()
    expect(transport.takeMessageTypes()).toBe("PBES")
    const array = { ...mood, oid: 90_000, array: MOOD }
    transport.deliver(catalog(JSON.stringify({ types: [array], names: null })))
    await turn()
    expect(transport.takeMessageTypes()).toMatch(/^PDBESPDBES$/)
    transport.deliver(
      Buffer.concat([
        described,
        backend.bindComplete(),
        backend.commandComplete("INSERT 0 1"),
        backend.readyForQuery(),
      ]),
    )
    await query
    transport.deliver(
      Buffer.concat([
        backend.parseComplete(),
        backend.parameterDescription(),
        backend.rowDescription({ name: "m", typeOid: 25, typeSize: -1 }),
        backend.bindComplete(),
        backend.dataRow("x"),
        backend.commandComplete("SELECT 1"),
        backend.readyForQuery(),
      ]),
    )
    expect(await behind).toBe("x")
    replay.db.destroy()
  })

  test("that cannot be looked up rejects, and what waited behind goes on", async () => {
    const replay = await startReplay()
    const { transport } = replay
    const query = replay.db.query("insert $1", [["ok"]])
    const behind = replay.db.query("behind")
    await turn()
    transport.deliver(described)
    await turn()
    transport.deliver(backend.readyForQuery())
    await turn()
    transport.takeMessageTypes()
    transport.deliver(Buffer.concat([backend.errorResponse("42501", "denied"), backend.readyForQuery()]))
    await expect(query).rejects.toThrow(TypeLookupError)
    await turn()
    expect(transport.takeMessageTypes()).toBe("PDBES")
    transport.deliver(
      Buffer.concat([
        backend.parseComplete(),
        backend.parameterDescription(),
        backend.noData(),
        backend.bindComplete(),
        backend.commandComplete("DO"),
        backend.readyForQuery(),
      ]),
    )
    await behind
    replay.db.destroy()
  })
})
