import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { cachedDirectory } from "../../support/cached-directory.ts"

let temporary: string

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "pgline-cache-test-"))
  vi.stubEnv("TMPDIR", temporary)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(temporary, { recursive: true })
})

/** Builds a directory with two files, and counts how often. */
function builder(content: string): { build: (directory: string) => Promise<void>; times: () => number } {
  let times = 0
  return {
    times: () => times,
    build: async (directory) => {
      times++
      await writeFile(join(directory, "a"), content)
      await writeFile(join(directory, "b"), content)
    },
  }
}

describe("cachedDirectory", () => {
  it("builds once", async () => {
    const { build, times } = builder("x")
    const place = await cachedDirectory("things", build)
    expect(await cachedDirectory("things", build)).toBe(place)
    expect(times()).toBe(1)
    expect(await readFile(join(place, "a"), "utf8")).toBe("x")
  })

  it("builds anew what has lost a file", async () => {
    const place = await cachedDirectory("things", builder("old").build)
    await rm(join(place, "a"))
    await cachedDirectory("things", builder("new").build)
    expect(await readFile(join(place, "a"), "utf8")).toBe("new")
    expect(await readFile(join(place, "b"), "utf8")).toBe("new")
  })

  it("lets one of several builders win and leaves nothing of the others", async () => {
    const places = await Promise.all(["1", "2", "3", "4"].map((text) => cachedDirectory("things", builder(text).build)))
    expect(new Set(places).size).toBe(1)
    const [place = ""] = places
    expect(await readFile(join(place, "a"), "utf8")).toBe(await readFile(join(place, "b"), "utf8"))
    expect(await readdir(join(place, ".."))).toEqual(["things"])
  })

  it("leaves nothing of a build that failed", async () => {
    const failing = cachedDirectory("things", async (directory) => {
      await writeFile(join(directory, "a"), "half")
      throw new Error("no space left")
    })
    await expect(failing).rejects.toThrow("no space left")
    const [root = ""] = await readdir(temporary)
    expect(await readdir(join(temporary, root))).toEqual([])
  })
})
