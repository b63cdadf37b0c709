/** With sslmode prefer a server without TLS was asked again, without TLS, after each refusal: two failed logins for one. */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { startBrokenProxy } from "../support/broken-proxy.ts"
import { sharedServer } from "../support/test-server.ts"

it("a refused login is one connection", async () => {
  const { host, port, user, database } = sharedServer
  await using proxy = await startBrokenProxy({ host, port })
  const attempt = connect({ host: proxy.host, port: proxy.port, user, database, password: "wrong", sslmode: "prefer" })
  await expect(attempt).rejects.toMatchObject({ code: "28P01" })
  expect(proxy.connections).toHaveLength(1)
})
