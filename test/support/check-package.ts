/**
 * Checks the package as a user gets it: packs it, lets publint and "are the types wrong" look at the archive, looks at
 * the names of its classes, and loads every entry from an unpacked copy, as an ES module and as CommonJS, on this Node
 * and on those that PGLINE_CHECK_NODE names (paths, separated by colons). The package to be installed under the name `pg`
 * is looked at in the same way, and programs written for pg are compiled with it. Needs a finished build.
 */

import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { build } from "esbuild"
import { compilePrograms } from "./compile-programs.ts"

const run = promisify(execFile)

/** The parts of package.json that count here. */
interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Runs a program and shows what it says; rejects when it fails. */
async function show(program: string, args: readonly string[], cwd: string): Promise<void> {
  try {
    const { stdout, stderr } = await run(program, args, { cwd, maxBuffer: 1 << 24 })
    process.stdout.write(stdout + stderr)
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    process.stdout.write(`${stdout ?? ""}${stderr ?? ""}`)
    throw new Error(`${program} ${args.join(" ")} failed`, { cause: error })
  }
}

/** What may be in the archive. */
function checkFiles(files: readonly string[]): void {
  const foreign = files.filter((file) => !/^(dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(file))
  if (foreign.length > 0) {
    throw new Error(`these files do not belong into the package: ${foreign.join(", ")}`)
  }
}

/** Loads every entry both ways and compares the names. */
async function checkLoading(manifest: Manifest, project: string): Promise<void> {
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith(".json"))
  const nodes = [process.execPath, ...(process.env["PGLINE_CHECK_NODE"] ?? "").split(":").filter(Boolean)]
  await checkClassNames(
    entries.map((entry) => entry.replace(/^\./, manifest.name)),
    project,
  )
  for (const node of nodes) {
    // The libraries of the adapters may want a newer Node than we do.
    const loadable = entries.filter((entry) => node === process.execPath || !/^\.\/(kysely|drizzle)$/.test(entry))
    const names = loadable.map((entry) => entry.replace(/^\./, manifest.name))
    await writeFile(
      join(project, "esm.mjs"),
      program(names, (name) => `await import(${JSON.stringify(name)})`),
    )
    await writeFile(
      join(project, "cjs.cjs"),
      program(names, (name) => `require(${JSON.stringify(name)})`),
    )
    const [esm, cjs] = await Promise.all(
      ["esm.mjs", "cjs.cjs"].map(async (file) => (await run(node, [file], { cwd: project })).stdout),
    )
    if (esm !== cjs || esm === undefined || esm.includes("[]")) {
      throw new Error(`the two forms of the package differ, or are empty:\n${esm}\n${cjs}`)
    }
    const { stdout: version } = await run(node, ["--version"])
    process.stdout.write(`${names.join(", ")}: same names from import and require on ${version.trim()}\n`)
  }
}

/** A program that prints each entry's names. */
function program(names: readonly string[], load: (name: string) => string): string {
  const print = (name: string): string =>
    `console.log(JSON.stringify(Object.keys(${load(name)}).filter((n) => !["default", "module.exports"].includes(n)).sort()))`
  return names.map(print).join("\n")
}

/** Exported as in `pg`, under another name than the class has. */
const ALIASES: readonly string[] = ["Pool BoundPool", "PgPool Pool"]

/** A program that prints the exported classes, and the errors they make, that have another name than the export. */
const misnamed = `
const isClass = (value) => typeof value === "function" && /^class\\b/.test(Function.prototype.toString.call(value))
for (const entry of entries) {
  for (const [key, value] of [entry, entry.errors ?? {}, entry.types ?? {}].flatMap(Object.entries)) {
    if (!isClass(value) || key === "default") continue
    if (value.name !== key) console.log(key, value.name)
    const isError = value === entry.errors?.[key] && value.prototype instanceof Error
    if (isError && Object.create(value.prototype).name !== key) console.log(key, "as an error's name")
  }
}`

/**
 * A class that mentions itself between its own braces gets another name from bundlers, from ours and from the users'
 * own, and its errors are told under that: a function outside has to mention it instead.
 */
async function checkClassNames(names: readonly string[], project: string): Promise<void> {
  const list = (load: (name: string) => string, of = names): string => `const entries = [${of.map(load)}]\n${misnamed}`
  const imports = (name: string): string => `await import("${name}")`
  await writeFile(join(project, "names.mjs"), list(imports))
  await writeFile(
    join(project, "names.cjs"),
    list((name) => `require("${name}")`),
  )
  // One entry: of two that have a class of one name, bundled together, only one can keep it.
  const contents = list(imports, names.slice(0, 1))
  const outfile = join(project, "bundled.mjs")
  await build({ stdin: { contents, resolveDir: project }, outfile, bundle: true, format: "esm", platform: "node" })
  for (const file of ["names.mjs", "names.cjs", "bundled.mjs"]) {
    const { stdout } = await run(process.execPath, [file], { cwd: project })
    const wrong = stdout.split("\n").filter((line) => line !== "" && !ALIASES.includes(line))
    if (wrong.length > 0)
      throw new Error(`${file}: classes with another name than their export's:\n${wrong.join("\n")}`)
  }
  process.stdout.write("the classes have the names of their exports, bundled once more too\n")
}

/** A program that needs the declarations to be right in themselves, in both forms of the package. */
const consumer = `
import { connect, errors, type Queryable, types } from "pgline"
import { Pool } from "pgline/pg"
export const isKnown = (error: errors.PglineError): error is errors.ServerError => error instanceof errors.ServerError
export const violation = (error: errors.UniqueViolation): errors.IntegrityConstraintViolation => error
export const span: types.Range<number> = new types.Range(1, 2)
export const condition: errors.ConditionName = "unique_violation"
export const count = async (on: Queryable): Promise<bigint | undefined> => on.value<bigint>("select count(*)")
export const use = async (): Promise<unknown> => [await count(await connect()), new Pool()]
`

/** Compiles against the declarations, which are checked as well. */
async function checkTypes(project: string): Promise<void> {
  for (const [name, module] of [
    ["consumer.mts", "nodenext"],
    ["consumer.cts", "nodenext"],
    ["consumer.ts", "preserve"],
  ] as const) {
    await writeFile(join(project, name), consumer)
    const options = ["--strict", "--noEmit", "--target", "esnext", "--types", "node", "--module", module]
    await show("tsc", [...options, "--typeRoots", join(root, "node_modules", "@types"), name], project)
  }
  process.stdout.write("the declarations compile\n")
}

/** Packs the package that goes by the name of pg, and compiles with it. */
async function checkPgPackage(project: string): Promise<void> {
  const built = join(root, "dist", "pgline-pg")
  const packed = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], { cwd: built })
  const [archive]: { filename: string }[] = JSON.parse(packed.stdout)
  const file = join(project, archive!.filename)
  await show("publint", ["run", file, "--strict"], root)
  await show("attw", [file, "--profile", "node16"], root)
  const unpacked = join(project, "node_modules", "pg")
  await mkdir(unpacked, { recursive: true })
  await run("tar", ["-xzf", file, "-C", unpacked, "--strip-components=1"])
  await compilePrograms(project, (args, cwd) => show("tsc", args, cwd))
  process.stdout.write("programs written for pg compile, under either name\n")
}

const root = join(import.meta.dirname, "../..")
const directory = await mkdtemp(join(tmpdir(), "pgline-package-"))
try {
  const packed = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", directory], {
    cwd: root,
  })
  const [archive]: { filename: string; files: { path: string }[] }[] = JSON.parse(packed.stdout)
  if (!archive) {
    throw new Error("npm pack made no archive")
  }
  checkFiles(archive.files.map((file) => file.path))
  const file = join(directory, archive.filename)
  await show("publint", ["run", file, "--strict"], root)
  await show("attw", [file, "--profile", "node16"], root)

  const unpacked = join(directory, "node_modules", "pgline")
  await mkdir(unpacked, { recursive: true })
  await run("tar", ["-xzf", file, "-C", unpacked, "--strip-components=1"])
  const manifest: Manifest = JSON.parse(await readFile(join(unpacked, "package.json"), "utf8"))
  if (Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length > 0) {
    throw new Error("the package must have no dependencies")
  }
  // The adapters' own libraries are for the user to install.
  for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
    await symlink(join(root, "node_modules", peer), join(directory, "node_modules", peer))
  }
  await checkLoading(manifest, directory)
  await checkTypes(directory)
  await checkPgPackage(directory)
} finally {
  await rm(directory, { recursive: true, force: true })
}
