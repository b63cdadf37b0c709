import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Authenticator } from "../../../src/auth/authenticator.ts"
import {
  AuthenticationError,
  ConnectionError,
  DecodeError,
  EncodeError,
  ProtocolError,
  TypeLookupError,
  UsageError,
} from "../../../src/errors/client-error.ts"
import { ServerError } from "../../../src/errors/server-error.ts"
import { Link } from "../../../src/link/link.ts"
import { cutFrames, readCapture } from "../../support/capture-file.ts"
import { MemoryTransport } from "../../support/memory-transport.ts"
import { type Mutation, mutate, mutations } from "../../support/mutate-frames.ts"
import { phases } from "../../support/recorded-session.ts"
import { type Ending, endingsOf, startReplay } from "../../support/replay.ts"

const [startUp, ...sections] = readCapture("session.hex")
const frames = sections.map(({ bytes }) => cutFrames(bytes))
const chunkSizes = fc.constantFrom(1, 3, 17, 256, 65_536)
const MOST_CHANGES = 6
/** What the decoder sets aside for a message that has only begun, and the chunks themselves. */
const MEMORY_ALLOWED = (64 + 8) * 1024 * 1024

/** Errors that may come out of bytes: what the server said, or what is wrong with what it said. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof ServerError ||
    error instanceof DecodeError ||
    error instanceof ProtocolError ||
    error instanceof ConnectionError ||
    // A changed description may ask for other parameters than were given, a changed reply may begin a COPY.
    error instanceof EncodeError ||
    error instanceof TypeLookupError ||
    error instanceof UsageError
  )
}

function check(endings: readonly Ending[]): void {
  for (const ending of endings) {
    expect(ending.status).not.toBe("hung")
    if (ending.status !== "error") continue
    if (!isExpected(ending.error)) throw ending.error
    // A lost connection must not hide a failure of ours as its reason.
    const { cause } = ending.error
    if (cause !== undefined && !isExpected(cause)) throw cause
  }
  const protocolErrors = endings.filter((ending) => ending.status === "error" && ending.error instanceof ProtocolError)
  expect(protocolErrors.length).toBeLessThanOrEqual(1)
}

/** Plays the session up to a phase as recorded, that phase with changes, and the end of the connection. */
async function playChanged(phase: number, changes: readonly Mutation[], chunkSize: number): Promise<void> {
  const { db, link, transport } = await startReplay()
  for (let i = 0; i < phase; i++) {
    const calls = phases[i]!.run(db)
    transport.deliver(sections[i]!.bytes)
    await Promise.all(calls.map((call) => call.catch(() => undefined)))
  }
  const calls = phases[phase]!.run(db)
  const bytes = mutate(frames[phase]!, changes)
  const before = process.memoryUsage().arrayBuffers
  transport.deliver(bytes, chunkSize)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEMORY_ALLOWED)
  transport.destroy()
  check(await endingsOf(calls))
  await link.closed
  expect(db.isClosed).toBe(true)
  await expect(db.query("select 1")).rejects.toBeInstanceOf(ConnectionError)
}

describe("a session whose bytes were changed on the way", () => {
  // A phase each, so that a failure tells where; 100 000 changed messages altogether.
  const runs = 3800
  let changed = 0

  test.each(phases.map(({ title }, index) => ({ title, index })))("$title", async ({ index }) => {
    await fc.assert(
      fc.asyncProperty(mutations(MOST_CHANGES), chunkSizes, async (changes, chunkSize) => {
        changed += changes.length
        await playChanged(index, changes, chunkSize)
      }),
      { numRuns: runs },
    )
  })

  test("there were enough of them", () => {
    expect(changed).toBeGreaterThan(100_000)
  })
})

test("a start-up whose bytes were changed ends in a session or one error", async () => {
  const greeting = cutFrames(startUp!.bytes)
  await fc.assert(
    fc.asyncProperty(mutations(3), chunkSizes, fc.boolean(), async (changes, chunkSize, withScram) => {
      const transport = new MemoryTransport()
      const link = new Link(transport)
      const started = link.start({
        version: 0x00030000,
        minVersion: 0x00030000,
        parameters: { user: "tester" },
        authenticator: new Authenticator({
          user: "tester",
          password: () => Promise.resolve("secret"),
          requireAuth: undefined,
          channelBinding: "prefer",
          sslInUse: false,
          scramIterationLimit: 5000,
          hostLabel: "the replay",
        }),
      })
      transport.deliver(mutate(withScram ? greeting : greeting.slice(3), changes), chunkSize)
      transport.destroy()
      const [ending] = await endingsOf([started])
      expect(ending?.status).not.toBe("hung")
      if (ending?.status === "error") {
        expect(
          [AuthenticationError, ConnectionError, ProtocolError, ServerError].some(
            (type) => ending.error instanceof type,
          ),
        ).toBe(true)
      }
      await link.closed
    }),
    { numRuns: 5000 },
  )
})

test("random bytes end in one ProtocolError or wait for more, and cost no memory", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), chunkSizes, async (bytes, chunkSize) => {
      const { db, transport } = await startReplay()
      const calls = [db.query("select 1"), db.execute("select 2"), db.value("select $1::point", [{ x: 1, y: 2 }])]
      const before = process.memoryUsage().arrayBuffers
      transport.deliver(bytes, chunkSize)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEMORY_ALLOWED)
      transport.destroy()
      check(await endingsOf(calls))
    }),
    { numRuns: 10_000 },
  )
})
