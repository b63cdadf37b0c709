/**
 * Compiles the programs of `test/typing/node-postgres` as users would: in a project that has the packages as they are
 * published, with the libraries that ask for a pool by its type.
 */

import { existsSync } from "node:fs"
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")
const programs = join(root, "test/typing/node-postgres")

/** Has a folder's packages stand in another one. */
async function linkPackages(from: string, to: string, isWanted: (name: string) => boolean): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    const target = join(to, name)
    if (!name.startsWith(".") && isWanted(name) && !existsSync(target)) await symlink(join(from, name), target)
  }
}

/**
 * Compiles in a project that has `pgline`, and our package under the name `pg`.
 * @param compile runs the compiler; rejects when it finds an error
 */
export async function compilePrograms(
  project: string,
  compile: (args: readonly string[], cwd: string) => Promise<void>,
): Promise<void> {
  const installed = join(root, "node_modules")
  await linkPackages(installed, join(project, "node_modules"), (name) => name !== "@types" && name !== "pg")
  await linkPackages(join(installed, "@types"), join(project, "node_modules/@types"), (name) => name !== "pg")
  const options = ["--strict", "--noEmit", "--target", "esnext", "--types", "node", "--module", "nodenext"]

  // Under the name `pg`: the libraries take their types from us as well.
  const renamed = join(project, "renamed")
  const scripts = join(project, "scripts")
  for (const copy of [renamed, scripts]) await cp(programs, copy, { recursive: true })
  await writeFile(join(renamed, "package.json"), '{ "type": "module" }')
  const files = await readdir(programs)
  await compile([...options, "--preserveSymlinks", "--skipLibCheck", ...files], renamed)
  await compile([...options, "default-import.ts", "namespace-import.ts", "required.cts"], renamed)
  // The same files as CommonJS, where `import` becomes `require`.
  await compile([...options, "default-import.ts", "clients.ts", "pools.ts", "queries.ts"], scripts)

  // Under our own name, beside the types of pg, which is what the libraries take theirs from.
  const beside = join(project, "beside")
  await linkPackages(join(installed, "@types"), join(beside, "node_modules/@types"), (name) => name === "pg")
  await writeFile(join(beside, "package.json"), '{ "type": "module" }')
  for (const file of files) {
    const text = await readFile(join(programs, file), "utf8")
    const isOurs = !file.endsWith(".d.ts")
    const moved = isOurs ? text.replaceAll(/(from |module |require\()"pg"/g, '$1"pgline/pg"') : text
    await writeFile(join(beside, file), moved)
  }
  await compile([...options, "--skipLibCheck", ...files], beside)
}
