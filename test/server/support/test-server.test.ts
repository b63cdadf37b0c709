import pg from "pg"
import { expect, it } from "vitest"
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
