/**
 * Writes `test/fixtures/captures/session.hex` and `session.txt`: the bytes a real PostgreSQL 18 sends for the session
 * of `test/support/recorded-session.ts`, taken down by a proxy in between, and how each call ended. Run it with
 * `node test/generate/capture.ts`.
 */

import { writeFileSync } from "node:fs"
import { connect as connectSocket, createServer } from "node:net"
import { connect } from "../../src/connection/connect.ts"
import { type CaptureSection, writeCapture } from "../support/capture-file.ts"
import { startPostgres } from "../support/postgres-server.ts"
import { phases } from "../support/recorded-session.ts"
import { endingsOf } from "../support/replay.ts"

await using server = await startPostgres({ version: 18 })

let taken: Buffer = Buffer.alloc(0)
const recorder = createServer((client) => {
  const upstream = connectSocket(server.port, server.host)
  client.pipe(upstream)
  upstream.on("data", (chunk: Buffer) => {
    taken = Buffer.concat([taken, chunk])
    client.write(chunk)
  })
  client.on("error", () => upstream.destroy())
  upstream.on("error", () => client.destroy())
  upstream.on("end", () => client.end())
})
await new Promise<void>((resolve) => recorder.listen(0, "127.0.0.1", resolve))
const address = recorder.address()
if (address === null || typeof address === "string") throw new Error("the recorder has no port")

const { user, password, database } = server
const db = await connect({ host: "127.0.0.1", port: address.port, user, password, database, sslmode: "disable" })

const sections: CaptureSection[] = []
const endings: string[] = []
function takeSection(title: string): void {
  sections.push({ title, bytes: taken })
  taken = Buffer.alloc(0)
}

takeSection("start-up with SCRAM-SHA-256")
for (const phase of phases) {
  const calls = phase.run(db)
  await Promise.allSettled(calls)
  takeSection(phase.title)
  endings.push(`## ${phase.title}`, ...(await endingsOf(calls)).map(({ text }) => text))
}
await db.close()
recorder.close()

writeCapture(
  "session.hex",
  ["What PostgreSQL 18 sent for the session of test/support/recorded-session.ts.", "Made by test/generate/capture.ts."],
  sections,
)
writeFileSync(new URL("../fixtures/captures/session.txt", import.meta.url), `${endings.join("\n")}\n`)
