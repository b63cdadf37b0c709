/**
 * The whole product of certificate × sslmode × sslnegotiation × trust × method × require_auth × channel_binding: every
 * cell is connected, and has the outcome and the text that `product.ts` works out for it, and libpq's outcome.
 */

import { availableParallelism } from "node:os"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { LibpqOracle } from "../../conformance/libpq-oracle.ts"
import { testVersion } from "../../support/test-server.ts"
import { conninfo, difference, outcomeOf } from "./outcome.ts"
import { CERTIFICATES, type Cell, cellsOf, expectedOf, MODES, NEGOTIATIONS } from "./product.ts"
import { PASSWORD, TlsServer, USER_OF } from "./tls-server.ts"

/** Connections under way at once. */
const AT_ONCE = 24

let tls: TlsServer
let oracles: readonly LibpqOracle[]

beforeAll(async () => {
  tls = await TlsServer.start()
  const starting = Array.from({ length: Math.max(2, availableParallelism()) }, () =>
    LibpqOracle.start(18, { HOME: "/nonexistent" }),
  )
  oracles = await Promise.all(starting)
})

afterAll(async () => {
  await Promise.all(oracles.map((oracle) => oracle.stop()))
  await tls.stop()
})

function textOf({ trust, method, requireAuth, channelBinding, sslmode, sslnegotiation }: Cell): string {
  return conninfo({
    host: "localhost",
    hostaddr: "127.0.0.1",
    port: tls.server.port,
    user: USER_OF[method],
    password: PASSWORD,
    dbname: "postgres",
    gssencmode: "disable",
    sslmode,
    sslnegotiation,
    sslrootcert: tls.file(trust === "nothing" ? "missing.crt" : "ca.crt"),
    sslcrl: tls.file(trust === "ca and crl" ? "ca.crl" : "missing.crl"),
    sslcert: tls.file(method === "cert" ? "clientByCert.crt" : "missing.crt"),
    sslkey: tls.file(method === "cert" ? "clientByCert.key" : "missing.key"),
    require_auth: requireAuth,
    channel_binding: channelBinding,
  })
}

/** What is wrong with a cell, in words. */
async function problemsOf(cell: Cell, oracle: LibpqOracle): Promise<string[]> {
  const text = textOf(cell)
  const [outcome, theirs] = await Promise.all([outcomeOf(text), oracle.login(text)])
  const problems: string[] = []
  const problem = difference(outcome, expectedOf(cell, testVersion))
  if (problem !== undefined) problems.push(problem)
  if (typeof theirs === "string" ? outcome !== theirs : typeof outcome === "string") {
    problems.push(`libpq says ${JSON.stringify(theirs)}`)
  }
  return problems.map((words) => `${JSON.stringify(cell)}: ${words}`)
}

describe.each(CERTIFICATES)("the server's certificate: %s", (certificate) => {
  beforeAll(() => tls.show(certificate))

  describe.each(NEGOTIATIONS)("sslnegotiation=%s", (sslnegotiation) => {
    const groups = MODES.map((sslmode) => {
      const cells = cellsOf({ certificate, sslmode, sslnegotiation })
      return { sslmode, cells, count: cells.length }
    })

    it.each(groups)(
      "sslmode=$sslmode: each of $count cells is as it must be",
      async ({ cells }) => {
        const wrong: string[] = []
        let next = 0
        const worker = async (_: unknown, number: number): Promise<void> => {
          for (let cell = cells[next++]; cell !== undefined; cell = cells[next++]) {
            wrong.push(...(await problemsOf(cell, oracles[number % oracles.length]!)))
          }
        }
        await Promise.all(Array.from({ length: AT_ONCE }, worker))
        expect(wrong).toEqual([])
      },
      120_000,
    )
  })
})
