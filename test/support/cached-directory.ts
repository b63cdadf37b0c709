/**
 * Directories that are costly to make and never change: built once for a user of this machine, kept under the system's
 * temporary directory, used by every process at once. A build happens beside its place and is moved in by one rename,
 * so nobody sees half a directory; one that has lost files (temporary directories are swept) is built anew.
 */

import { randomBytes } from "node:crypto"
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const manifestName = ".complete"

/** The user's cache, owned by nobody else: its programs are run. */
async function cacheRoot(): Promise<string> {
  const uid = process.getuid?.() ?? 0
  const root = join(tmpdir(), `pgline-cache-${uid}`)
  await mkdir(root, { recursive: true, mode: 0o755 })
  const status = await lstat(root)
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o022) !== 0) {
    throw new Error(
      `${root} must be a directory that only its owner, uid ${uid}, may write to; remove it and try again`,
    )
  }
  return root
}

/** How many entries the directory has below it. */
async function countEntries(directory: string): Promise<number> {
  return (await readdir(directory, { recursive: true })).length
}

/** True when the directory has all it had when it was built. */
async function isComplete(directory: string): Promise<boolean> {
  try {
    return Number(await readFile(join(directory, manifestName), "utf8")) === (await countEntries(directory))
  } catch {
    return false
  }
}

/**
 * The path of the directory `name` of the cache. `build` fills an empty directory when there is none yet; several
 * processes may build at the same time, and the first to finish wins.
 */
export async function cachedDirectory(name: string, build: (directory: string) => Promise<void>): Promise<string> {
  const root = await cacheRoot()
  const place = join(root, name)
  if (await isComplete(place)) {
    return place
  }
  const building = join(root, `.building-${process.pid}-${randomBytes(6).toString("hex")}`)
  try {
    await mkdir(building, { mode: 0o755 })
    await build(building)
    await writeFile(join(building, manifestName), String((await countEntries(building)) + 1))
    for (let attempt = 1; ; attempt++) {
      try {
        await rename(building, place)
        return place
      } catch (error) {
        if (await isComplete(place)) {
          return place
        }
        if (attempt === 5) {
          throw error
        }
        // In the way lies one that has lost files: out of sight at once, then gone.
        const broken = `${building}-broken-${attempt}`
        await rename(place, broken).catch(() => undefined)
        await rm(broken, { recursive: true, force: true })
      }
    }
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}
