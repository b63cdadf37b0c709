import pg from "pg"
import { expect, it } from "vitest"
import { makeCertificates } from "../../generate/certificates.ts"
import { sharedServer, startOwnServer, testVersion } from "../../support/test-server.ts"

async function versionOf(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query("select current_setting('server_version_num')::int / 10000 as version")).rows[0].version
  } finally {
    await client.end()
  }
}

it("shares a server of the project's version", async () => {
  expect(await versionOf(sharedServer.url)).toBe(testVersion)
})

it("starts a server of the project's version with settings and rules of its own", async () => {
  await using server = await startOwnServer({
    settings: { work_mem: "6MB" },
    hba: ["host all all all trust"],
  })
  expect(await versionOf(server.url.replace("secret", "another"))).toBe(testVersion)
})

it("starts a server that asks for client certificates and knows the revoked ones", async () => {
  const { ca, crl, server: pair, client, clientRevoked } = await makeCertificates()
  await using server = await startOwnServer({
    tls: { ...pair, ca, crl },
    hba: ["hostssl all all all cert"],
  })
  const { host, port, user, database } = server
  const connection = { host, port, user, database }
  const good = new pg.Client({ ...connection, ssl: { ca, ...client } })
  await good.connect()
  const { rows } = await good.query("select client_dn from pg_stat_ssl where pid = pg_backend_pid()")
  expect(rows).toEqual([{ client_dn: "/CN=postgres" }])
  await good.end()
  const revoked = new pg.Client({ ...connection, ssl: { ca, ...clientRevoked } })
  await expect(revoked.connect()).rejects.toThrow()
})
