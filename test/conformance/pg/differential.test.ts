/**
 * pgline's face of `pg` against `pg` itself: the same calls, many of them wrong, on both; what can be seen of them must be
 * the same, in the same order. Where a case says that they differ, they have to: the list in
 * `docs/from-node-postgres.md` is made of what is true.
 */

import { expect, it } from "vitest"
import { sharedServer } from "../../support/test-server.ts"
import type { Case, ServerConfig } from "./cases.ts"
import { faces } from "./face.ts"
import { lifecycleCases } from "./lifecycle-cases.ts"
import { Log } from "./observe.ts"
import { queryCases } from "./query-cases.ts"
import { valueCases } from "./value-cases.ts"

const { host, port, user, password, database } = sharedServer
const server: ServerConfig = { host, port, user, password, database }

async function logOf({ run }: Case, face: "pg" | "pgline"): Promise<Log> {
  const log = new Log()
  await run(faces[face], server, log)
  return log
}

const cases: readonly Case[] = [...valueCases, ...queryCases, ...lifecycleCases]

it("makes more than 300 calls", () => {
  expect(cases.length).toBeGreaterThan(300)
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
})

for (const one of cases) {
  it(one.name, async () => {
    const theirs = await logOf(one, "pg")
    const ours = await logOf(one, "pgline")
    if (one.differs === undefined) expect(ours).toEqual(theirs)
    else expect(ours, one.differs).not.toEqual(theirs)
  })
}
