import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { Notification } from "../../src/link/async-messages.ts"
import { type CaptureSection, cutFrames, readCapture } from "../support/capture-file.ts"
import { type Phase, phases } from "../support/recorded-session.ts"
import { type Ending, endingsOf, flushed, type Replay, startReplay, turn } from "../support/replay.ts"

const [startUp, ...sections] = readCapture("session.hex")
const greeting = afterAuthentication(startUp!)
const recorded = readEndings()

/** What the server said once it had let us in. */
function afterAuthentication({ bytes }: CaptureSection): Buffer {
  const frames = cutFrames(bytes)
  const ok = frames.findIndex((frame) => frame.toString("hex") === "520000000800000000")
  return Buffer.concat(frames.slice(ok))
}

/** How each call ended on the real server, by phase. */
function readEndings(): Map<string, string[]> {
  const endings = new Map<string, string[]>()
  const text = readFileSync(new URL("../fixtures/captures/session.txt", import.meta.url), "utf8")
  for (const part of text.split(/^## /m).slice(1)) {
    const [title, ...lines] = part.trimEnd().split("\n")
    endings.set(title!, lines)
  }
  return endings
}

/** A session that has come to the phase, all before it having gone as recorded. */
async function arriveAt(phase: number, listener = {}): Promise<Replay> {
  const replay = await startReplay({ greeting, listener })
  for (let i = 0; i < phase; i++) {
    const calls = phases[i]!.run(replay.db)
    await flushed()
    replay.transport.deliver(sections[i]!.bytes)
    await Promise.all(calls.map((call) => call.catch(() => undefined)))
  }
  return replay
}

/** Plays one phase, its bytes as the function delivers them, and returns how its calls ended. */
async function play(phase: number, deliver: (replay: Replay, bytes: Buffer) => void): Promise<Ending[]> {
  const replay = await arriveAt(phase)
  await flushed()
  replay.transport.takeMessageTypes()
  const calls = phases[phase]!.run(replay.db)
  await flushed()
  deliver(replay, sections[phase]!.bytes)
  const endings = await endingsOf(calls)
  replay.db.destroy()
  await replay.link.closed
  return endings
}

function texts(endings: readonly Ending[]): string[] {
  return endings.map(({ text }) => text)
}

/** How many requests there are in the messages sent: each ends in Sync, is a Query, or waits after its Flush. */
function requestCount(types: string): number {
  return types.match(/Q|S|H(?!.*S)/g)?.length ?? 0
}

function readyCount(bytes: Buffer): number {
  return cutFrames(bytes).filter((frame) => frame[0] === 0x5a).length
}

/** How many whole messages of the type Z a prefix has. */
function readyEnds(bytes: Buffer): number[] {
  const ends: number[] = []
  let at = 0
  for (const frame of cutFrames(bytes)) {
    at += frame.length
    if (frame[0] === 0x5a) ends.push(at)
  }
  return ends
}

test("the recording and the calls belong together", () => {
  expect(sections.map(({ title }) => title)).toEqual(phases.map(({ title }) => title))
  expect([...recorded.keys()]).toEqual(phases.map(({ title }) => title))
  for (const { title, bytes } of sections) {
    expect(readyCount(bytes)).toBeGreaterThanOrEqual(recorded.get(title)!.length)
  }
})

describe.each(phases.map((phase, index) => ({ title: phase.title, phase, index })))("$title", ({ title, index }) => {
  const { bytes } = sections[index]!
  const live = recorded.get(title)!

  test("gives what it gave on the real server", async () => {
    expect(texts(await play(index, ({ transport }) => transport.deliver(bytes)))).toEqual(live)
  })

  test.each([1, 2, 3, 5, 7, 64, 1000])("gives the same in chunks of %i bytes", async (size) => {
    expect(texts(await play(index, ({ transport }) => transport.deliver(bytes, size)))).toEqual(live)
  })

  test("gives the same at every split position", async () => {
    for (let at = 1; at < bytes.length; at++) {
      const endings = await play(index, ({ transport }) => {
        transport.deliver(bytes.subarray(0, at))
        transport.deliver(bytes.subarray(at))
      })
      expect(texts(endings), `split at ${at}`).toEqual(live)
    }
  })

  test("after every prefix and a close each call has its own rows or a ConnectionError", async () => {
    const ends = readyEnds(bytes)
    for (let at = 0; at < bytes.length; at++) {
      const endings = await play(index, ({ transport }) => {
        transport.deliver(bytes.subarray(0, at))
        transport.destroy()
      })
      const expected = endings.map((ending, i) => {
        const lost = ending.status === "error" && ending.error.code === "PGLINE_CONNECTION"
        return lost ? ending.text : live[i]
      })
      expect(texts(endings), `prefix of ${at}`).toEqual(expected)
      const own = endings.filter((ending, i) => ending.text === live[i]).length
      // A statement that is run again takes two ReadyForQuery.
      const again = ends.length - live.length
      const answered = ends.filter((end) => end <= at).length
      expect(own, `prefix of ${at}`).toBeLessThanOrEqual(answered)
      expect(own, `prefix of ${at}`).toBeGreaterThanOrEqual(answered - again)
    }
  })

  // A statement that is run again has been refused unrun, and waits for its second turn at the end of the queue.
  const isRunAgain = readyEnds(bytes).length > live.length
  if (isRunAgain) return
  test("of what is lost, exactly that is safe to send again which has never left", async () => {
    for (const at of [0, 5, ...readyEnds(bytes).slice(0, -1), bytes.length - 1]) {
      let sent = 0
      const endings = await play(index, ({ transport }) => {
        transport.deliver(bytes.subarray(0, at))
        sent = requestCount(transport.takeMessageTypes())
        transport.handler.onClose(new Error("read ECONNRESET"))
      })
      for (const [i, ending] of endings.entries()) {
        if (ending.status !== "error" || ending.error.code !== "PGLINE_CONNECTION") continue
        expect(ending.error.message).toBe("the connection was lost: read ECONNRESET")
        expect(ending.error.safeToRetry, `call ${i} of ${sent} sent`).toBe(i >= sent)
      }
      expect(texts(endings)).not.toContain("hung")
    }
  })
})

test("notices, notifications and parameters reach their listeners, however the bytes are cut", async () => {
  const unasked = phases.findIndex((phase: Phase) => phase.title.startsWith("what comes unasked"))
  for (const size of [1, 3, 100, 65536]) {
    const notices: string[] = []
    const notifications: Notification[] = []
    const replay = await arriveAt(unasked, {
      onNotice: (notice: { severity: string; message: string }) => notices.push(`${notice.severity} ${notice.message}`),
      onNotification: (notification: Notification) => notifications.push(notification),
    })
    expect(replay.db.info.parameters.get("TimeZone")).toBe("UTC")
    const calls = phases[unasked]!.run(replay.db)
    replay.transport.deliver(sections[unasked]!.bytes, size)
    await Promise.all(calls)
    expect(notices).toEqual(["NOTICE first", "WARNING second", 'NOTICE table "never_there" does not exist, skipping'])
    expect(notifications.map(({ channel, payload }) => `${channel}: ${payload}`)).toEqual([
      "news: payload 1",
      "news: payload 2",
    ])
    expect(replay.db.info.parameters.get("TimeZone")).toBe("Asia/Tokyo")
    expect(replay.db.info.transactionStatus).toBe("idle")
    replay.db.destroy()
    await turn()
  }
})

test("the transaction's status is that of the last ReadyForQuery", async () => {
  const index = phases.findIndex((phase: Phase) => phase.title.startsWith("a transaction that fails"))
  const replay = await arriveAt(index)
  const calls = phases[index]!.run(replay.db)
  const statuses: string[] = []
  for (const frame of cutFrames(sections[index]!.bytes)) {
    replay.transport.deliver(frame)
    if (frame[0] === 0x5a) statuses.push(replay.db.info.transactionStatus)
  }
  await Promise.allSettled(calls)
  expect(statuses.slice(0, 4)).toEqual(["transaction", "failed", "failed", "idle"])
  replay.db.destroy()
  await turn()
})
