import { expect, test } from "vitest"
import { Outbox } from "../../../src/link/outbox.ts"
import { MemoryTransport } from "../../support/memory-transport.ts"
import { turn } from "../../support/replay.ts"

/** A transport that keeps what it is given by reference, as a busy socket does. */
class HoldingTransport extends MemoryTransport {
  readonly held: Uint8Array[] = []

  override write(bytes: Uint8Array): boolean {
    this.held.push(bytes)
    return super.write(bytes)
  }
}

function makeOutbox(): { transport: HoldingTransport; outbox: Outbox; flushes: () => number } {
  const transport = new HoldingTransport()
  let flushes = 0
  const outbox = new Outbox(transport, () => flushes++)
  return { transport, outbox, flushes: () => flushes }
}

test("gathers one tick's messages into one write", async () => {
  const { transport, outbox, flushes } = makeOutbox()
  for (let i = 0; i < 100; i++) {
    outbox.encoder.query(`select ${i}`)
    outbox.schedule()
  }
  expect([transport.held.length, flushes()]).toEqual([0, 0])
  await turn()
  expect([transport.held.length, flushes()]).toEqual([1, 1])
  expect(transport.takeMessageTypes()).toBe("Q".repeat(100))
})

test("writes nothing and tells nothing when there is nothing", async () => {
  const { transport, outbox, flushes } = makeOutbox()
  outbox.schedule()
  await turn()
  outbox.flush()
  expect([transport.held.length, flushes()]).toEqual([0, 0])
})

test("never writes again into bytes that the system has not taken yet", async () => {
  const { transport, outbox } = makeOutbox()
  transport.takesAtOnce = false
  const sent: string[] = []
  for (const text of ["select 'first'", "select 'second'", "select 'third'"]) {
    outbox.encoder.query(text)
    outbox.schedule()
    await turn()
    sent.push(text)
    expect(transport.held.map((bytes) => Buffer.from(bytes).toString("latin1", 5).slice(0, -1))).toEqual(sent)
  }
})

test("keeps its buffer when the bytes are gone, and gives back what a burst has made large", async () => {
  const { transport, outbox } = makeOutbox()
  const before = outbox.encoder.writer.capacity
  outbox.encoder.query("select 1")
  outbox.flush()
  expect(outbox.encoder.writer.capacity).toBe(before)
  outbox.encoder.query("x".repeat(1_000_000))
  outbox.flush()
  expect(outbox.encoder.writer.capacity).toBeLessThan(300_000)
  expect(transport.held).toHaveLength(2)
})

test("after close nothing goes out", async () => {
  const { transport, outbox, flushes } = makeOutbox()
  outbox.encoder.query("select 1")
  outbox.schedule()
  outbox.close()
  await turn()
  outbox.encoder.query("select 2")
  outbox.flush()
  expect([transport.held.length, flushes()]).toEqual([0, 0])
})

test("holds much back for nobody, so that the next request sees whether the peer is busy", async () => {
  const { transport, outbox, flushes } = makeOutbox()
  outbox.encoder.query("x".repeat(200_000))
  outbox.schedule()
  expect([transport.held.length, flushes()]).toEqual([1, 1])
  outbox.encoder.query("select 1")
  outbox.schedule()
  expect(transport.held.length).toBe(1)
  await turn()
  expect([transport.held.length, flushes()]).toEqual([2, 2])
})
