/** The packages as they are published, made anew from the sources. */

import { execFile } from "node:child_process"
import { cp, mkdir, symlink } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)
const root = join(import.meta.dirname, "../../..")

/** Node's own npm: the one beside the version that runs this may be missing. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run("npm", args, { cwd, maxBuffer: 1 << 26 })
  return stdout
}

/** Installs what the directory's package.json asks for. */
export async function install(project: string): Promise<void> {
  await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], project)
}

/** The archive of a package. @param into a directory for it */
export async function pack(from: string, into: string): Promise<string> {
  const told = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", into], from)
  const [archive]: { filename: string }[] = JSON.parse(told)
  return join(into, archive!.filename)
}

/** Builds a copy, so that nobody else's build is disturbed. @returns the copy; the package for `pg` is in its `dist` */
export async function buildCopy(directory: string): Promise<string> {
  const copy = join(directory, "copy")
  await mkdir(join(copy, "test"), { recursive: true })
  for (const path of [
    "src",
    "test/generate",
    "package.json",
    "tsup.config.ts",
    "tsconfig.json",
    "LICENSE",
    "README.md",
  ]) {
    await cp(join(root, path), join(copy, path), { recursive: true })
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"))
  await run(process.execPath, [join(root, "node_modules/tsup/dist/cli-default.js"), "--no-dts"], { cwd: copy })
  await run(process.execPath, [join(copy, "test/generate/pg-package.ts")], { cwd: copy })
  return copy
}
