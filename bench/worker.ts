/**
 * One driver, one workload, one process: the suite starts this file anew for each measurement, under Node or Bun, and
 * reads one line of JSON from its standard output.
 */

import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { canonical } from "./canonical.ts"
import { loadDriver } from "./driver.ts"
import type { Answer, ScriptJob } from "./job.ts"
import { measure } from "./measure.ts"
import { CHECKED_CALLS, type Load, type Workload } from "./workload.ts"
import { workloads } from "./workloads.ts"

const SAMPLE_LENGTH = 300

/** Digests the results of a few calls. */
async function check(load: Load): Promise<Answer> {
  const hash = createHash("sha256")
  let sample = ""
  for (let i = 0; i < CHECKED_CALLS; i++) {
    sample = canonical(await (load.check?.(i) ?? load.call(i))) ?? ""
    hash.update(sample)
  }
  return { task: "check", digest: hash.digest("hex"), sample: sample.slice(0, SAMPLE_LENGTH) }
}

/** Runs under V8's sampling profiler and writes what it saw. */
async function profiled(path: string, run: () => Promise<void>): Promise<void> {
  // Only here, for its threads and its memory would be measured with every driver.
  const { Session } = await import("node:inspector/promises")
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.setSamplingInterval", { interval: 200 })
  await session.post("Profiler.start")
  await run()
  const { profile } = await session.post("Profiler.stop")
  session.disconnect()
  await writeFile(path, JSON.stringify(profile))
}

async function work(job: ScriptJob): Promise<Answer> {
  const workload = workloads(job.catalogRows).find(({ name }) => name === job.workload) as Workload
  const driver = await loadDriver(job.driver)
  const load = await workload.open(driver, job.server)
  try {
    if (job.task === "check") return await check(load)
    const { profile } = job
    const around = profile === undefined ? undefined : (run: () => Promise<void>) => profiled(profile, run)
    return { task: "measure", measurement: await measure(workload, load, job.duration, around) }
  } finally {
    await load.close()
  }
}

const answer = await work(JSON.parse(process.argv[2] ?? "") as ScriptJob)
process.stdout.write(`${JSON.stringify(answer)}\n`)
