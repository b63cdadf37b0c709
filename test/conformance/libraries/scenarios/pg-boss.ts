/** pg-boss: queues on its own pool. */

import PgBoss from "pg-boss"
import type { ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const boss = new PgBoss({ connectionString: server.url, max: 1, supervise: false, schedule: false })
  boss.on("error", () => {})
  await boss.start()
  await boss.createQueue("letters")
  const id = await boss.send("letters", { to: "Ann" }, { retryLimit: 1 })
  await boss.send("letters", { to: "Bo" })
  const jobs = await boss.fetch<{ to: string }>("letters", { batchSize: 5 })
  const [first, second] = [...jobs].sort((a, b) => a.data.to.localeCompare(b.data.to))
  await boss.complete("letters", first!.id, { sent: true })
  await boss.fail("letters", second!.id, new Error("no such address"))
  const done = await boss.getJobById("letters", first!.id)
  const failed = await boss.getJobById("letters", second!.id)
  const size = await boss.getQueueSize("letters")
  const worked: unknown[] = []
  await boss.send("letters", { to: "Cy" })
  const finished = new Promise<void>((resolve) => {
    void boss.work<{ to: string }>("letters", { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      worked.push(job!.data)
      resolve()
    })
  })
  await finished
  await boss.stop({ graceful: true, wait: true })
  return {
    hasId: typeof id,
    jobs: jobs.map((job) => job.data.to).sort(),
    done: [done?.state, done?.output],
    failed: failed?.state,
    size,
    worked: worked.length,
  }
}
