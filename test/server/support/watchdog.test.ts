import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
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
async function program(after: string): Promise<{ child: ChildProcess; started: Started; ended: Promise<unknown> }> {
  const source = `
    import { startPostgres } from ${bench}
    const server = await startPostgres({ version: ${testVersion} })
    console.log(JSON.stringify({ pid: server.pid, directory: server.socketDirectory }))
    ${after}
  `
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "ignore"],
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

  it("is killed while several servers run and one is starting", async () => {
    const { child, started, ended } = await program(`
      const second = await startPostgres({ version: ${testVersion} })
      void startPostgres({ version: ${testVersion} })
      console.log(second.pid)
      setInterval(() => {}, 1000)
    `)
    await new Promise((resolve) => child.stdout?.once("data", resolve))
    child.kill("SIGKILL")
    await ended
    await expectNothingLeft(started)
  })
})
