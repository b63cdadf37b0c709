import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { testVersion } from "../../support/test-server.ts"

const bench = JSON.stringify(fileURLToPath(new URL("../../support/postgres-server.ts", import.meta.url)))

/** What a program that started a server says of it. */
interface Started {
  readonly pid: number
  readonly directory: string
}

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL")
  }
})

/** Runs a program that starts a server, reports it, and then does as `after` says. */
async function program(
  after: string,
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; started: Started; ended: Promise<unknown> }> {
  const source = `
    import { startPostgres } from ${bench}
    const server = await startPostgres({ version: ${testVersion} })
    console.log(JSON.stringify({ pid: server.pid, directory: server.socketDirectory }))
    ${after}
  `
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...env },
    detached: true, // a process group of its own, as a shell gives its jobs
  })
  children.push(child)
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)))
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, started: JSON.parse(line), ended }
  }
  throw new Error("the program ended without a word")
}

/** True while the process runs; one that waits for its parent to notice does not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = process.platform === "linux" ? readFileSync(`/proc/${pid}/status`, "utf8") : ""
  return !/^State:\s+Z/m.test(status)
}

/** Waits until the server and its files are gone. */
async function expectNothingLeft(started: Started): Promise<void> {
  await expect.poll(() => existsSync(started.directory), { timeout: 10_000 }).toBe(false)
  await expect.poll(() => isRunning(started.pid), { timeout: 10_000 }).toBe(false)
}

describe("a server nobody stopped goes when its program", () => {
  it("comes to its end", async () => {
    const { started, ended } = await program("")
    expect(await ended).toBe(0)
    await expectNothingLeft(started)
  })

  it("exits", async () => {
    const { started, ended } = await program("process.exit(3)")
    expect(await ended).toBe(3)
    await expectNothingLeft(started)
  })

  it("throws", async () => {
    const { started, ended } = await program('throw new Error("an accident")')
    expect(await ended).toBe(1)
    await expectNothingLeft(started)
  })

  it("rejects with nobody listening", async () => {
    const { started, ended } = await program('Promise.reject(new Error("an accident")); setInterval(() => {}, 1000)')
    expect(await ended).toBe(1)
    await expectNothingLeft(started)
  })

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`gets ${signal}`, async () => {
      const { child, started, ended } = await program("setInterval(() => {}, 1000)")
      expect(isRunning(started.pid)).toBe(true)
      child.kill(signal)
      expect(await ended).toBe(signal)
      await expectNothingLeft(started)
    })
  }

  it("gets Ctrl-C in a terminal, which goes to the whole process group", async () => {
    const { child, started, ended } = await program("setInterval(() => {}, 1000)")
    process.kill(-(child.pid ?? 0), "SIGINT")
    expect(await ended).toBe("SIGINT")
    await expectNothingLeft(started)
  })

  it("is killed at any moment while servers run and start", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "pgline-watch-"))
    await chmod(temporary, 0o755) // the server's user must get through
    const left = async (): Promise<string[]> =>
      (await readdir(temporary)).filter((name) => name.startsWith("pgline-server-"))
    try {
      for (const delayMs of [0, 5, 10, 20, 40, 80]) {
        const after = `void startPostgres({ version: ${testVersion} }); setInterval(() => {}, 1000)`
        const { child, started, ended } = await program(after, { TMPDIR: temporary })
        await new Promise((resolve) => setTimeout(resolve, delayMs))
        child.kill("SIGKILL")
        await ended
        await expectNothingLeft(started)
      }
      await expect.poll(left, { timeout: 10_000 }).toEqual([])
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  })
})
