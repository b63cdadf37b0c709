/**
 * Writes `dist/pgline-pg/`: a package with the face of `pg` and nothing in it but references to `pgline/pg`, to be
 * installed under the name `pg`, with the declarations of that name. It has the files that tracers and tools require deeply, and a `pg-pool` of its own inside,
 * because tracers look for that package by name.
 *
 *   node test/generate/pg-package.ts     (part of `npm run build`)
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(import.meta.dirname, "../..")

/** The releases of the packages whose interface it has. */
const pgVersion = "8.23.1"
const poolVersion = "3.14.0"

const manifest: { version: string; license: string; author: string; engines: object } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
)

function write(directory: string, path: string, text: string): void {
  const file = join(directory, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function writeJson(directory: string, path: string, value: unknown): void {
  write(directory, path, `${JSON.stringify(value, undefined, 2)}\n`)
}

/** A CommonJS file that gives one of the names of `pgline/pg`, and what declares it. */
function writeReference(directory: string, file: string, name: string): void {
  write(directory, `${file}.js`, `"use strict"\n\nmodule.exports = require("pgline/pg").${name}\n`)
  write(directory, `${file}.d.ts`, `import { ${name} } from "pgline/pg"\n\nexport = ${name}\n`)
}

/** What both forms of the package give by name. */
const names = [
  "Client",
  "Pool",
  "Connection",
  "types",
  "Query",
  "DatabaseError",
  "escapeIdentifier",
  "escapeLiteral",
  "Result",
  "TypeOverrides",
  "defaults",
]

/** What exists for the compiler alone. */
const typeNames = [
  "BindConfig",
  "ClientBase",
  "ClientConfig",
  "ConnectionConfig",
  "CustomTypesConfig",
  "Defaults",
  "ExecuteConfig",
  "FieldDef",
  "MessageConfig",
  "Notification",
  "PoolClient",
  "PoolConfig",
  "PoolOptions",
  "QueryArrayConfig",
  "QueryArrayResult",
  "QueryConfig",
  "QueryConfigValues",
  "QueryParse",
  "QueryResult",
  "QueryResultBase",
  "QueryResultRow",
  "ResultBuilder",
  "Submittable",
  "TransactionStatus",
]

/** Declares names of `pgline/pg`. */
function declarations(values: readonly string[]): string {
  const list = (all: readonly string[]): string => all.map((name) => `  ${name},\n`).join("")
  return `export {\n${list(values)}} from "pgline/pg"\nexport type {\n${list(typeNames)}} from "pgline/pg"\n`
}

const shared = { license: manifest.license, author: manifest.author, engines: manifest.engines }

/** Writes the package's files. */
export function writePgPackage(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  writeJson(directory, "package.json", {
    name: "pgline-pg",
    version: pgVersion,
    description: "pgline under the name of pg: for everything that requires node-postgres",
    keywords: ["postgres", "postgresql", "pg", "pgline"],
    ...shared,
    type: "commonjs",
    main: "./lib/index.js",
    types: "./lib/index.d.ts",
    exports: {
      ".": {
        import: { types: "./esm/index.d.mts", default: "./esm/index.mjs" },
        require: { types: "./lib/index.d.ts", default: "./lib/index.js" },
        default: "./lib/index.js",
      },
      "./package.json": "./package.json",
      "./lib/*": "./lib/*.js",
      "./lib/*.js": "./lib/*.js",
    },
    files: ["lib", "esm"],
    dependencies: { pgline: `^${manifest.version}`, "pg-pool": poolVersion },
    bundleDependencies: ["pg-pool"],
  })
  copyFileSync(join(root, "LICENSE"), join(directory, "LICENSE"))
  write(
    directory,
    "README.md",
    `# pgline-pg

[pgline](https://www.npmjs.com/package/pgline) with the interface of \`pg\` ${pgVersion}. Install it under that name, and whatever
requires \`pg\` gets it:

\`\`\`sh
npm install pg@npm:pgline-pg pgline
\`\`\`

What differs is listed in pgline's \`docs/from-node-postgres.md\`.
`,
  )

  write(
    directory,
    "lib/index.js",
    `"use strict"

const face = require("pgline/pg")
const Pool = require("pg-pool")

class BoundPool extends Pool {
  constructor(options) {
    super(options, face.Client)
  }
}

const pg = { ...face.default, Pool: BoundPool }
Object.defineProperty(pg, "native", { configurable: true, enumerable: false, value: null })

module.exports = pg
`,
  )
  for (const [file, name] of [
    ["client", "Client"],
    ["connection", "Connection"],
    ["connection-parameters", "ConnectionParameters"],
    ["defaults", "defaults"],
    ["query", "Query"],
    ["result", "Result"],
    ["type-overrides", "TypeOverrides"],
    ["utils", "utils"],
  ] as const) {
    writeReference(directory, `lib/${file}`, name)
  }

  const noNative = `"use strict"

// There is no client over libpq: what looks for one finds nothing, as without pg-native.
throw Object.assign(new Error("Cannot find module 'pg-native'"), { code: "MODULE_NOT_FOUND" })
`
  write(directory, "lib/native/index.js", noNative)
  write(directory, "lib/native/client.js", noNative)
  write(directory, "lib/native/query.js", noNative)

  write(
    directory,
    "esm/index.mjs",
    `import pg from "../lib/index.js"

${names.map((name) => `export const ${name} = pg.${name}`).join("\n")}

export default pg
`,
  )
  write(directory, "lib/index.d.ts", declarations([...names, "native"]))
  write(directory, "esm/index.d.mts", `${declarations(names)}\nexport { default } from "pgline/pg"\n`)

  const poolPath = "node_modules/pg-pool"
  writeJson(directory, `${poolPath}/package.json`, {
    name: "pg-pool",
    version: poolVersion,
    description: "pgline's pool with the interface of pg-pool",
    ...shared,
    main: "./index.js",
    exports: {
      ".": { import: "./esm/index.mjs", require: "./index.js", default: "./index.js" },
      "./package.json": "./package.json",
    },
  })
  write(directory, `${poolPath}/index.js`, `"use strict"\n\nmodule.exports = require("pgline/pg").PgPool\n`)
  write(directory, `${poolPath}/esm/index.mjs`, `import Pool from "../index.js"\n\nexport default Pool\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writePgPackage(join(root, "dist/pgline-pg"))
}
