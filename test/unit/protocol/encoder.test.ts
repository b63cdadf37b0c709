import { describe, expect, test, vi } from "vitest"
import { ByteWriter } from "../../../src/base/byte-writer.ts"
import { UsageError } from "../../../src/errors/client-error.ts"
import { Encoder } from "../../../src/protocol/encoder.ts"

/** What a server takes at most, the four bytes of the length among them. */
const MOST = 0x3fffffff

/** Takes whatever it is given for bytes of a length that no test could hold, and keeps the lengths of messages. */
class VastWriter extends ByteWriter {
  readonly lengths: number[] = []
  readonly #size: number

  constructor(size: number) {
    super()
    this.#size = size
  }

  override int8(): void {
    this.length += 1
  }

  override int16(): void {
    this.length += 2
  }

  override int32(): void {
    this.length += 4
  }

  override shortAscii(text: string): boolean {
    if (text === "vast") return false
    this.length += text.length
    return true
  }

  override cstring(): void {
    this.length += this.#size + 1
  }

  override bytes(): void {
    this.length += this.#size
  }

  override reserve(): number {
    return this.length
  }

  override patchInt32(_: number, value: number): void {
    this.lengths.push(value)
  }
}

const data = new Uint8Array(1)

/** Every message that has room for something of any length, and how much stands in it beside that and the length. */
const MESSAGES: readonly (readonly [name: string, beside: number, write: (encoder: Encoder) => void])[] = [
  ["StartupMessage", 4 + 5 + 1 + 1, (encoder) => encoder.startup(196608, { user: "vast" })],
  ["PasswordMessage", 1, (encoder) => encoder.password("vast")],
  ["SASLInitialResponse", 2 + 4, (encoder) => encoder.saslInitialResponse("M", data)],
  ["SASLResponse", 0, (encoder) => encoder.saslResponse(data)],
  ["Query", 1, (encoder) => encoder.query("vast")],
  ["Parse", 2 + 1 + 2, (encoder) => encoder.parse("s", "vast", [])],
  ["Describe", 1 + 1, (encoder) => encoder.describeStatement("vast")],
  ["Close", 1 + 1, (encoder) => encoder.closePortal("vast")],
  ["Execute", 1 + 4, (encoder) => encoder.execute("vast", 0)],
  ["CopyData", 0, (encoder) => encoder.copyData(data)],
  ["CopyFail", 1, (encoder) => encoder.copyFail("vast")],
]

describe("CVE-2024-27304, CVE-2024-32655, RUSTSEC-2024-0363 and -0365: a length that wraps around", () => {
  const tooMuch = [MOST + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 4, 2 ** 32 + 100, 2 ** 33]

  test.each(MESSAGES)("%s is written up to the server's limit, and not one byte longer", (_, beside, write) => {
    // The room for the length is what the writer above does not count.
    const fitting = new VastWriter(MOST - beside)
    write(new Encoder(fitting))
    expect(fitting.lengths).toEqual([MOST])
    for (const length of tooMuch) {
      const writer = new VastWriter(length - beside)
      expect(() => write(new Encoder(writer))).toThrow(UsageError)
      expect(() => write(new Encoder(writer))).toThrow(/bytes is longer than the 1073741823 the server accepts/)
      expect(writer.lengths).toEqual([])
    }
  })

  test.each(tooMuch)("Bind is judged by the sum of its parameters, those beside the buffer too: %d bytes", (length) => {
    const encoder = new Encoder()
    encoder.beginBind("", "")
    const lengths = vi.spyOn(encoder.writer, "patchInt32")
    const rest = length - 4 - 2
    const half = Math.floor(rest / 2)
    for (const size of [half, rest - half]) {
      encoder.writer.insert(Object.defineProperty(new Uint8Array(1), "length", { value: size }))
    }
    expect(() => encoder.endBind()).toThrow(`a message of ${length} bytes`)
    expect(lengths).not.toHaveBeenCalled()
  })
})

test("counts of 16 bits: 65535 types are the most", () => {
  const encoder = new Encoder()
  encoder.parse("", "", new Array<number>(65_535).fill(23))
  expect([...encoder.writer.written().subarray(7, 9)]).toEqual([255, 255])
  expect(() => encoder.parse("", "", new Array<number>(65_536).fill(23))).toThrow(/at most 65535 parameters/)
})

test("lengths on the wire are the bytes that follow", () => {
  const encoder = new Encoder()
  encoder.password("pä")
  encoder.saslResponse(Uint8Array.of(1, 2))
  encoder.sync()
  expect(Buffer.from(encoder.writer.written()).toString("hex")).toBe(
    ["70 00000008 70c3a400", "70 00000006 0102", "53 00000004"].join("").replaceAll(" ", ""),
  )
})
