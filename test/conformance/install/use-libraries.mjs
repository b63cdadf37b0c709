/** Uses what a project has installed; it knows nothing of pgline. Copied into the project by the test. */

import { promisify } from "node:util"
import connectPgSimple from "connect-pg-simple"
import session from "express-session"
import { Logger, makeWorkerUtils, runOnce } from "graphile-worker"
import pg from "pg"
import PgBoss from "pg-boss"

const [, , connectionString] = process.argv
const found = { face: "run" in pg.Connection.prototype ? "pgline" : "pg" }

const Store = connectPgSimple(session)
const store = new Store({ conString: connectionString, createTableIfMissing: true, pruneSessionInterval: false })
const set = promisify(store.set.bind(store))
const get = promisify(store.get.bind(store))
await set("one", { cookie: { maxAge: 60_000, expires: new Date(4_000_000_000_000) }, name: "Ann" })
found.session = await get("one")
await store.close()

const boss = new PgBoss({ connectionString, supervise: false, schedule: false })
boss.on("error", () => {})
await boss.start()
await boss.createQueue("letters")
await boss.send("letters", { to: "Ann" })
const [letter] = await boss.fetch("letters")
await boss.complete("letters", letter.id)
found.letter = [letter.data, (await boss.getJobById("letters", letter.id)).state]
await boss.stop({ wait: true })

const logger = new Logger(() => () => {})
const utils = await makeWorkerUtils({ connectionString, logger })
await utils.migrate()
await utils.addJob("greet", { name: "Bo" })
const done = []
await runOnce({
  connectionString,
  logger,
  taskList: {
    greet: async (payload) => {
      done.push(payload)
    },
  },
})
found.jobs = done
await utils.release()

console.log(JSON.stringify(found))
