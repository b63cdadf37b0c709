/** graphile-worker: migrations, jobs, LISTEN, a run until nothing is left. */

import { Logger, makeWorkerUtils, runOnce, run as runWorker, type Task, type WorkerUtils } from "graphile-worker"
import { newPool, type ScenarioServer } from "../scenario.ts"

const silent = new Logger(() => () => {})

export async function run(server: ScenarioServer): Promise<unknown> {
  const pgPool = newPool(server)
  pgPool.on("error", () => {})
  pgPool.on("connect", () => {})
  const utils: WorkerUtils = await makeWorkerUtils({ pgPool, logger: silent })
  await utils.migrate()
  const done: unknown[] = []
  const greet: Task = async (payload, helpers) => {
    const { rows } = await helpers.query("select $1::jsonb as p", [JSON.stringify(payload)])
    done.push(rows[0])
  }
  const fail: Task = async () => {
    throw new Error("no")
  }
  await utils.addJob("greet", { name: "Ann" })
  await utils.addJob("greet", { name: "Bo" }, { priority: -1 })
  await utils.addJob("fail", {}, { maxAttempts: 1 })
  await runOnce({ pgPool, taskList: { greet, fail }, logger: silent, concurrency: 1 })
  // The worker writes down how a job has ended after the run is over.
  const text =
    "select attempts, last_error is not null as failed from graphile_worker.jobs where task_identifier = 'fail'"
  let { rows } = await pgPool.query(text)
  while (!rows[0]?.failed) {
    await new Promise((written) => setTimeout(written, 20))
    rows = (await pgPool.query(text)).rows
  }
  const notified = new Promise<void>((resolve) => {
    void runWorker({
      pgPool,
      logger: silent,
      concurrency: 1,
      noHandleSignals: true,
      pollInterval: 60_000,
      taskList: {
        listened: async (payload) => {
          done.push(payload)
          resolve()
        },
      },
    }).then(async (runner) => {
      await new Promise((started) => setTimeout(started, 300))
      await utils.addJob("listened", { by: "notification" })
      await notified
      await runner.stop()
    })
  })
  await notified
  await new Promise((stopped) => setTimeout(stopped, 300))
  await utils.release()
  await pgPool.end()
  return { done, rows }
}
