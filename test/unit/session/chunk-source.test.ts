import { describe, expect, test } from "vitest"
import { type ChunkSource, chunkSource } from "../../../src/session/chunk-source.ts"
import { END } from "../../../src/session/feed.ts"

async function drain(source: ChunkSource): Promise<{ bytes: Buffer; largest: number }> {
  const chunks = chunkSource(source)
  const all: Buffer[] = []
  for (let chunk = await chunks.next(); chunk !== END; chunk = await chunks.next()) all.push(Buffer.from(chunk))
  await chunks.close()
  return { bytes: Buffer.concat(all), largest: Math.max(0, ...all.map(({ length }) => length)) }
}

describe("chunks", () => {
  const text = "añ漢😀".repeat(30_000)

  test.each<[string, () => ChunkSource]>([
    ["a string", () => text],
    ["a buffer", () => Buffer.from(text)],
    ["an ArrayBuffer", () => new Uint8Array(Buffer.from(text)).buffer],
    ["a Blob", () => new Blob([text])],
    ["an iterable of both", () => [text.slice(0, 1001), Buffer.from(text.slice(1001))].filter(() => true)],
    ["a web stream", () => new Blob([text]).stream()],
    [
      "an async iterable of single units",
      () =>
        (async function* () {
          for (let i = 0; i < 2000; i++) yield text[i]!
          yield text.slice(2000)
        })(),
    ],
  ])("of %s are its bytes, in parts that are not too large", async (_name, make) => {
    const { bytes, largest } = await drain(make())
    expect(bytes.equals(Buffer.from(text))).toBe(true)
    expect(largest).toBeLessThanOrEqual(200_000)
  })

  test("of nothing are none", async () => {
    for (const empty of ["", new Uint8Array(0), [], new Blob([])]) expect((await drain(empty)).bytes).toHaveLength(0)
  })

  test.each<[string, ChunkSource]>([
    ["ends in half a character", ["a\ud83d"]],
    ["has half a character before bytes", ["a\ud83d", Buffer.from("x")]],
    ["has half a character in it", ["a\ude00b"]],
  ])("are refused when a string %s", async (_what, source) => {
    await expect(drain(source)).rejects.toThrow("surrogate pair")
  })

  test("are refused when they are none", async () => {
    expect(() => chunkSource(5 as never)).toThrow("got an integer number")
    expect(() => chunkSource(null as never)).toThrow("got null")
    await expect(drain([5] as never)).rejects.toThrow("a chunk must be bytes or a string")
    await expect(drain([[1, 2]] as never)).rejects.toThrow("rows are for copyRows")
  })

  test("of a web stream are cancelled when the source is closed", async () => {
    let cancelled: unknown
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: (reason) => {
        cancelled = reason ?? "cancelled"
      },
    })
    const chunks = chunkSource(stream)
    await chunks.next()
    await chunks.close()
    expect(cancelled).toBe("cancelled")
    expect(stream.locked).toBe(false)
  })
})
