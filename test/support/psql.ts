/**
 * The psql of this machine, as a second opinion on what COPY's data means.
 */

import { spawn } from "node:child_process"

/** Runs commands of psql's on a server; rejects with what it says when one fails, or when there is no psql. */
export function psql(url: string, commands: readonly string[]): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", ...commands.flatMap((command) => ["-c", command])]
  const child = spawn("psql", args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: pathname.slice(1),
      PGCLIENTENCODING: "UTF8",
    },
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      reject(
        new Error("this test needs psql on the PATH (Debian: apt-get install postgresql-client)", { cause: error }),
      )
    })
    child.on("close", (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`psql failed with ${code}: ${output}`))
    })
  })
}
