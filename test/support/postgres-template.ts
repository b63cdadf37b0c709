/**
 * Fresh data directories. `initdb` takes most of a second, so it runs once for each set of arguments and every server
 * starts from a copy.
 */

import { execFile } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { cachedDirectory } from "./cached-directory.ts"
import { type PostgresBinaries, serverUser } from "./postgres-binaries.ts"

const run = promisify(execFile)

/** What `initdb` is told. */
export interface TemplateOptions {
  readonly user: string
  readonly password: string
  readonly initdbArgs: readonly string[]
}

/** Makes a new cluster in `directory`, which must be empty. */
async function initialize(binaries: PostgresBinaries, options: TemplateOptions, directory: string): Promise<void> {
  const account = serverUser()
  const passwordFile = join(tmpdir(), `pgline-password-${randomBytes(8).toString("hex")}`)
  await writeFile(passwordFile, options.password, { mode: 0o600 })
  try {
    if (account) {
      await chown(passwordFile, account.uid, account.gid)
      await chown(directory, account.uid, account.gid)
    }
    await chmod(directory, 0o700)
    const fixed = ["--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", "--no-sync"]
    await run(
      join(binaries.directory, "bin", "initdb"),
      ["-D", directory, "-U", options.user, `--pwfile=${passwordFile}`, ...fixed, ...options.initdbArgs],
      { ...account, cwd: "/", env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" } },
    )
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** Makes `destination` a new cluster's data directory, owned by the server's user. */
export async function copyTemplate(
  binaries: PostgresBinaries,
  options: TemplateOptions,
  destination: string,
): Promise<void> {
  const key = createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 16)
  const template = await cachedDirectory(`cluster-${binaries.packageVersion}-${key}`, async (directory) => {
    const data = join(directory, "data")
    await mkdir(data)
    await initialize(binaries, options, data)
  })
  await run("cp", ["-a", join(template, "data"), destination])
}
