/**
 * Which cores client and server run on. Unpinned, the kernel moves the two between one core and two, and what is
 * measured one by one jumps between two values that differ by a factor of two.
 */

import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import type { Cores } from "./workload.ts"

const run = promisify(execFile)

/** The two cores the suite uses. */
export interface CorePair {
  readonly client: number
  /** Where the server goes when it has a core of its own. */
  readonly server: number
}

/** The first two cores this process may use. @throws Error when there is only one, or no way to pin */
export async function findCores(): Promise<CorePair> {
  try {
    await run("taskset", ["--version"])
  } catch (cause) {
    throw new Error(
      "The benchmarks pin client and server to cores with taskset, and there is none: " +
        "install util-linux (apt-get install util-linux, apk add util-linux, dnf install util-linux).",
      { cause },
    )
  }
  const status = await readFile("/proc/self/status", "utf8")
  const [client, server] = parseCpuList(/^Cpus_allowed_list:\s+(\S+)$/m.exec(status)?.[1] ?? "")
  if (client === undefined || server === undefined) throw new Error("The benchmarks need two cores.")
  return { client, server }
}

/** `0-1,4` → 0, 1, 4 */
function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split("-").map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

/** Moves the postmaster and its children; backends that it forks later inherit the core. */
export async function pinServer(postmaster: number, pair: CorePair, cores: Cores): Promise<void> {
  const core = cores === "shared" ? pair.client : pair.server
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, "utf8")
  for (const pid of [String(postmaster), ...children.split(" ").filter(Boolean)]) {
    await run("taskset", ["-pc", String(core), pid]).catch((error: unknown) => {
      // A child may have ended in between.
      if (pid === String(postmaster)) throw error
    })
  }
}
