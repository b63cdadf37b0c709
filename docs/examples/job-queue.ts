/**
 * A job queue in one table: `skip locked` gives each job to one worker, a notification wakes those who sleep, a job and
 * what it does are committed together. For retries, schedules and dashboards take pg-boss or graphile-worker, which run
 * over `pgline/pg`.
 */

import { type Pool, type Queryable, sql } from "../../src/index.ts"

/** One job. */
export interface Job {
  readonly id: bigint
  readonly payload: unknown
}

/** The queue's table. */
export const queueTable =
  "create table if not exists job (id bigint primary key generated always as identity, payload jsonb not null)"

/** Adds a job; in a transaction it appears when that commits. */
export async function addJob(db: Queryable, payload: unknown): Promise<void> {
  await db.query`insert into job (payload) values (${sql.param(payload, "jsonb")})`
  await db.notify("job")
}

/** Does one job, if there is one. What fails stays in the queue. */
export function runOneJob(pool: Pool, work: (job: Job, db: Queryable) => Promise<void>): Promise<boolean> {
  return pool.transaction(async (tx) => {
    const job = await tx.first<Job>`
      delete from job where id = (select id from job order by id for update skip locked limit 1) returning id, payload`
    if (job === undefined) return false
    await work(job, tx)
    return true
  })
}

/** Does jobs as they come, until the signal aborts. */
export async function runJobs(
  pool: Pool,
  work: (job: Job, db: Queryable) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await using subscription = await pool.listen("job")
  signal.addEventListener("abort", () => void subscription.unlisten(), { once: true })
  while (!signal.aborted && (await runOneJob(pool, work)));
  for await (const _ of subscription) {
    while (!signal.aborted && (await runOneJob(pool, work)));
  }
}
