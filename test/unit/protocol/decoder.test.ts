import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import { ProtocolError } from "../../../src/errors/client-error.ts"
import { Decoder } from "../../../src/protocol/decoder.ts"
import * as backend from "../../support/backend-messages.ts"

/** Takes down every call with a copy of the bytes it was given. */
class Recorder {
  readonly events: string[] = []

  onRow(source: ByteSource, start: number, end: number): void {
    this.events.push(`row ${hex(source, start, end)}`)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    this.events.push(`${String.fromCharCode(type)} ${hex(source, start, end)}`)
  }

  onReady(status: number): void {
    this.events.push(`ready ${String.fromCharCode(status)}`)
  }

  onAsync(type: number, source: ByteSource, start: number, end: number): void {
    this.events.push(`async ${String.fromCharCode(type)} ${hex(source, start, end)}`)
  }
}

function hex(source: ByteSource, start: number, end: number): string {
  return source.bytes.hexSlice(start, end)
}

function decode(chunks: readonly Uint8Array[], maxLength?: number): string[] {
  const recorder = new Recorder()
  const decoder = new Decoder(recorder, recorder, maxLength)
  // One buffer for all chunks, as a socket's reads reuse theirs: nothing may be kept by reference.
  const buffer = new ByteSource(new Uint8Array(Math.max(16, ...chunks.map((chunk) => chunk.length))))
  for (const chunk of chunks) {
    buffer.bytes.fill(0xee)
    buffer.bytes.set(chunk)
    decoder.push(buffer, 0, chunk.length)
  }
  return recorder.events
}

const session = Buffer.concat([
  backend.authenticationOk(),
  backend.parameterStatus("server_version", "18.4"),
  backend.backendKeyData(7, 1234),
  backend.readyForQuery(),
  backend.parseComplete(),
  backend.parameterDescription(23, 25),
  backend.rowDescription("a", "b"),
  backend.bindComplete(),
  backend.dataRow("1", "eins"),
  backend.dataRow("2", null),
  backend.noticeResponse("01000", "in the middle"),
  backend.dataRow("3", "äöü"),
  backend.notificationResponse(9, "channel", "payload"),
  backend.commandComplete("SELECT 3"),
  backend.readyForQuery("T"),
  backend.errorResponse("42P01", 'relation "x" does not exist'),
  backend.readyForQuery("E"),
])
const whole = decode([session])

describe("a recorded session", () => {
  test("is cut into its frames", () => {
    expect(whole).toHaveLength(17)
    expect(whole.filter((event) => event.startsWith("row"))).toHaveLength(3)
    expect(whole.filter((event) => event.startsWith("ready"))).toEqual(["ready I", "ready T", "ready E"])
    expect(whole.filter((event) => event.startsWith("async")).map((event) => event[6])).toEqual(["S", "N", "A"])
  })

  test("gives the same frames at every split position", () => {
    for (let at = 0; at <= session.length; at++) {
      expect(decode([session.subarray(0, at), session.subarray(at)])).toEqual(whole)
    }
  })

  test("gives the same frames at every pair of split positions around each frame's header", () => {
    for (let at = 0; at < session.length; at++) {
      for (let width = 1; width <= 6 && at + width <= session.length; width++) {
        const parts = [session.subarray(0, at), session.subarray(at, at + width), session.subarray(at + width)]
        expect(decode(parts)).toEqual(whole)
      }
    }
  })

  test.each([1, 2, 3, 4, 5, 7, 64, 1000])("gives the same frames in chunks of %i bytes", (size) => {
    const chunks: Uint8Array[] = []
    for (let at = 0; at < session.length; at += size) chunks.push(session.subarray(at, at + size))
    expect(decode(chunks)).toEqual(whole)
  })

  test("gives, for every prefix, the frames that are whole in it", () => {
    for (let at = 0; at < session.length; at++) {
      const events = decode([session.subarray(0, at)])
      expect(events).toEqual(whole.slice(0, events.length))
    }
  })
})

describe("a frame larger than any buffer", () => {
  const value = Buffer.alloc(300_000, "x")
  const big = Buffer.concat([backend.dataRow(value), backend.readyForQuery()])

  test.each([1000, 65536, 299_999, 300_100])("is put together from chunks of %i bytes", (size) => {
    const chunks: Uint8Array[] = []
    for (let at = 0; at < big.length; at += size) chunks.push(big.subarray(at, at + size))
    expect(decode(chunks)).toEqual(decode([big]))
  })
})

describe("what is not the protocol", () => {
  function frame(type: string, length: number): Buffer {
    return Buffer.concat([Buffer.from(type), backend.int32(length), Buffer.alloc(8)])
  }

  test.each([0, 1, 2, 3, -1, -2147483648])("a length of %i is refused", (length) => {
    expect(() => decode([frame("D", length)])).toThrow(ProtocolError)
  })

  test.each(["Z", "1", "K", "R", "n"])("a long message of type %s is refused before its bytes arrive", (type) => {
    expect(() => decode([frame(type, 100_000)])).toThrow(/impossible length 100000/)
  })

  test("a message over the limit is refused", () => {
    expect(() => decode([frame("D", 2147483647)])).toThrow(ProtocolError)
    expect(() => decode([frame("D", 5000)], 4096)).toThrow(ProtocolError)
  })

  test("an unknown type is refused, also when only its header has come", () => {
    expect(() => decode([Buffer.from("HTTP/1.1 400 Bad Request\r\n")])).toThrow(ProtocolError)
    expect(() => decode([Buffer.from("\xff\0\0\0\x08", "latin1")])).toThrow(/unknown type 0xff/)
  })

  test("a header that comes in pieces is judged as well", () => {
    const bytes = frame("Z", 100_000)
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte))
    expect(() => decode(pieces)).toThrow(ProtocolError)
  })

  test("a ReadyForQuery of the wrong length is refused", () => {
    expect(() => decode([Buffer.from("Z\0\0\0\x04")])).toThrow(ProtocolError)
  })

  test("a claimed gigabyte costs no memory until it arrives", () => {
    const before = process.memoryUsage().arrayBuffers
    const header = frame("D", 0x3ffffff0)
    decode([header])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80 * 1024 * 1024)
  })
})

test("after stop nothing is decoded, not even the rest of the chunk", () => {
  const events: string[] = []
  const recorder = new Recorder()
  const decoder: Decoder = new Decoder(
    {
      onRow: () => {
        events.push("row")
        decoder.stop()
      },
      onFrame: () => events.push("frame"),
    },
    recorder,
  )
  const chunk = Buffer.concat([backend.dataRow("1"), backend.dataRow("2"), backend.commandComplete("SELECT 2")])
  decoder.push(new ByteSource(chunk), 0, chunk.length)
  decoder.push(new ByteSource(chunk), 0, chunk.length)
  expect(events).toEqual(["row"])
})
