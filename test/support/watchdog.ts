/**
 * Sees to it that no server outlives the process that started it, however that process ends: by itself, by an
 * exception, by Ctrl-C or by SIGKILL. A small process of its own holds the reading end of a pipe; when the pipe closes
 * the other end is gone, and it stops every server still on its list and removes their directories.
 *
 * This file is both sides: imported it is the list's keeper, run as a program it is the watchdog.
 */

import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** What the watchdog is told. A directory is on its list from `watch` to `forget`. */
type Order = { readonly watch: string } | { readonly forget: string }

let watchdog: ChildProcess | undefined

/** Sends one order, starting the watchdog first when there is none. It never keeps this process alive. */
function send(order: Order): void {
  if (!watchdog || watchdog.exitCode !== null) {
    watchdog = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
      detached: true, // not in the terminal's process group: Ctrl-C is not for it
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"] },
    })
    watchdog.unref()
    const pipe = watchdog.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null
    pipe?.unref?.()
  }
  watchdog.stdin?.write(`${JSON.stringify(order)}\n`)
}

/** From now on `root`, with a data directory `data` in it, is stopped and removed when this process ends. */
export function watchServer(root: string): void {
  send({ watch: root })
}

/** `root` has been stopped and removed by the process itself. */
export function forgetServer(root: string): void {
  send({ forget: root })
}

/** The pid in the directory's lock file: the running postmaster's. */
function postmasterPid(root: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(root, "data", "postmaster.pid"), "utf8"), 10)
    return pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** Sends a signal; false when there is no such process. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Stops the directory's server, the hard way if it must be, and removes the directory. */
async function destroy(root: string): Promise<void> {
  // A server started just before the end may not have written its lock file yet.
  for (let round = 0; round < 20 && existsSync(root) && postmasterPid(root) === undefined; round++) {
    await pause(50)
  }
  const pid = postmasterPid(root)
  if (pid !== undefined && signal(pid, "SIGQUIT")) {
    for (let round = 0; round < 100 && postmasterPid(root) === pid; round++) {
      await pause(50)
    }
    if (postmasterPid(root) === pid) {
      signal(pid, "SIGKILL")
      await pause(200)
    }
  }
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/** The watchdog's own program: keep the list until the pipe closes, then clear it. */
async function keepWatch(): Promise<void> {
  const roots = new Set<string>()
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => undefined)
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const order: Order = JSON.parse(line)
    if ("watch" in order) {
      // It removes what it is told to: only ever a directory of the bench's making.
      if (order.watch.startsWith(join(tmpdir(), "pgline-server-"))) {
        roots.add(order.watch)
      }
    } else {
      roots.delete(order.forget)
    }
  }
  await Promise.all([...roots].map(destroy))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await keepWatch()
}
