/** pg-promise: queries, tasks, transactions, its own errors. */

import pgPromise from "pg-promise"
import { failureOf, type ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const library = pgPromise({ noWarnings: true })
  const db = library({ connectionString: server.url, max: 2 })
  await db.none("create table person (id serial primary key, name text unique, born date)")
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the form of pg-promise's named parameters
  const first = await db.one("insert into person (name, born) values (${name}, ${born}) returning *", {
    name: "Ann",
    born: "1990-02-03",
  })
  const ids = await db.tx(async (t) => [
    await t.one("insert into person (name) values ($1) returning id", ["Bo"]),
    await t.one("insert into person (name) values ($1) returning id", ["Cy"]),
  ])
  const rolledBack = await failureOf(
    db.tx(async (t) => {
      await t.none("insert into person (name) values ('Di')")
      throw new RangeError("no")
    }),
  )
  const none = await failureOf(db.one("select * from person where id = 99"))
  const unique = await failureOf(db.none("insert into person (name) values ('Ann')"))
  const all = await db.any("select id, name from person order by id")
  const several = await db.multi("select 1 as a; select 2 as b")
  const task = await db.task((t) => t.batch([t.one("select 1 as a"), t.one("select 2 as b")]))
  const version = (await db.connect().then(async (c) => {
    const { serverVersion } = c.client
    await c.done()
    return serverVersion.split(".")[0]
  })) as string
  library.end()
  return { first, ids, rolledBack, none, unique, all, several, task, version }
}
