/**
 * Which attempts are made with and without TLS, in which order, and which are not: for users whom the rules let in over
 * both kinds of connection or over one, with right and wrong passwords. Outcome and number of connections are those of
 * libpq, which makes the same attempts through the same proxy.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type BrokenProxy, startBrokenProxy } from "../../support/broken-proxy.ts"
import { testVersion } from "../../support/test-server.ts"
import { startBesideLibpq } from "./beside-libpq.ts"
import { conninfo, difference, outcomeOf, type Refusal } from "./outcome.ts"
import { PASSWORD } from "./tls-server.ts"

const NO_ENTRY: Refusal = { is: "28000", text: /no pg_hba\.conf entry for host/ }
const WRONG: Refusal = { is: "28P01", text: /password authentication failed for user/ }
const NO_TLS: Refusal = { is: "ConnectionError", text: /does not support TLS, and sslmode is require/ }
const NO_DATABASE: Refusal = { is: "3D000", text: /database "nowhere" does not exist/ }
const NOT_DIRECT: Refusal = { is: "TlsFailure", text: /sslnegotiation=direct needs PostgreSQL 17/ }

type Expected = "tls" | "none" | Refusal

interface Row {
  readonly user: string
  readonly sslmode: string
  readonly outcome: Expected
  /** How many connections it takes. */
  readonly connections: number
  readonly more?: Readonly<Record<string, string>>
}

function row(
  user: string,
  sslmode: string,
  outcome: Expected,
  connections: number,
  more: Readonly<Record<string, string>> = {},
): Row {
  return { user, sslmode, outcome, connections, more }
}

const wrongly = { password: "wrong" }
const nowhere = { dbname: "nowhere" }
const directly = { sslnegotiation: "direct" }

const WITH_TLS: readonly Row[] = [
  row("by_scram", "disable", "none", 1),
  row("by_scram", "allow", "none", 1),
  row("by_scram", "prefer", "tls", 1),
  row("by_scram", "require", "tls", 1),
  row("only_tls", "disable", NO_ENTRY, 1),
  row("only_tls", "allow", "tls", 2),
  row("only_tls", "prefer", "tls", 1),
  row("only_tls", "require", "tls", 1),
  row("only_plain", "disable", "none", 1),
  row("only_plain", "allow", "none", 1),
  row("only_plain", "prefer", "none", 2),
  row("only_plain", "require", NO_ENTRY, 1),
  // A wrong password is told even where the other kind of connection would not have been let in at all.
  row("by_scram", "disable", WRONG, 1, wrongly),
  row("by_scram", "allow", WRONG, 2, wrongly),
  row("by_scram", "prefer", WRONG, 2, wrongly),
  row("only_tls", "allow", WRONG, 2, wrongly),
  row("only_tls", "prefer", WRONG, 2, wrongly),
  row("only_plain", "allow", WRONG, 2, wrongly),
  row("only_plain", "prefer", WRONG, 2, wrongly),
  // Once we are authenticated, encryption cannot be the reason.
  row("by_scram", "allow", NO_DATABASE, 1, nowhere),
  row("by_scram", "prefer", NO_DATABASE, 1, nowhere),
]

const DIRECT: readonly Row[] = [
  row("by_scram", "require", "tls", 1, directly),
  row("only_tls", "require", "tls", 1, directly),
  row("only_plain", "require", NO_ENTRY, 1, directly),
]

const WITHOUT_TLS: readonly Row[] = [
  row("by_scram", "disable", "none", 1),
  row("by_scram", "allow", "none", 1),
  row("by_scram", "prefer", "none", 1),
  row("by_scram", "require", NO_TLS, 1),
  row("only_tls", "allow", NO_ENTRY, 2),
  row("only_tls", "prefer", NO_ENTRY, 1),
  row("by_scram", "allow", WRONG, 2, wrongly),
  row("by_scram", "prefer", WRONG, 1, wrongly),
  row("by_scram", "require", NOT_DIRECT, 1, directly),
]

const beside = startBesideLibpq()
let proxy: BrokenProxy

beforeAll(async () => {
  proxy = await startBrokenProxy({ host: beside.tls.server.host, port: beside.tls.server.port })
})

afterAll(() => proxy[Symbol.asyncDispose]())

async function connectionsOf<T>(action: () => Promise<T>): Promise<[T, number]> {
  const before = proxy.connections.length
  const result = await action()
  return [result, proxy.connections.length - before]
}

async function check({ user, sslmode, outcome: wanted, connections, more }: Row): Promise<void> {
  const text = conninfo({
    host: proxy.host,
    port: proxy.port,
    user,
    password: PASSWORD,
    dbname: "postgres",
    sslmode,
    sslrootcert: beside.tls.file("missing.crt"),
    gssencmode: "disable",
    ...more,
  })
  const [outcome, count] = await connectionsOf(() => outcomeOf(text))
  expect(difference(outcome, wanted)).toBeUndefined()
  expect(count).toBe(connections)
  const [theirs, theirCount] = await connectionsOf(() => beside.oracle.login(text))
  expect(typeof theirs).toBe(typeof outcome)
  if (typeof theirs === "string") expect(theirs).toBe(outcome)
  expect(theirCount).toBe(connections)
}

describe("a server with TLS", () => {
  beforeAll(() => beside.tls.show("server"))

  it.each(WITH_TLS)("$user, sslmode=$sslmode $more", check)

  it.each(DIRECT)("$user, sslmode=$sslmode, directly", async (given) => {
    await check(testVersion >= 17 ? given : { ...given, outcome: NOT_DIRECT })
  })

  it("tells the failure of the other attempt as the cause", async () => {
    const outcome = await outcomeOf({
      host: proxy.host,
      port: proxy.port,
      database: "postgres",
      user: "only_tls",
      password: "wrong",
      sslmode: "allow",
    })
    expect(outcome).toMatchObject({ error: { code: "28P01", cause: { code: "28000" } } })
  })
})

describe("a server without TLS", () => {
  beforeAll(() => beside.tls.show("none"))

  it.each(WITHOUT_TLS)("$user, sslmode=$sslmode $more", check)
})
