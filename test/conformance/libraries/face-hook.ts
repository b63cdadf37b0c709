/**
 * Loaded before a program (`node --import`), it has every `pg` and `pg-pool` that anything asks for resolved to pgline's
 * package of that name, as an alias or an override in package.json would.
 */

import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const directory = process.env["PGLINE_PG_PACKAGE"]
if (directory === undefined) throw new Error("PGLINE_PG_PACKAGE names no directory")

/** Where a specifier leads, undefined for one that is nobody's business here. */
function pathOf(specifier: string, isImport: boolean): string | undefined {
  if (specifier === "pgline/pg") return join(import.meta.dirname, "../../../src/pg/index.ts")
  if (specifier === "pg") return join(directory!, isImport ? "esm/index.mjs" : "lib/index.js")
  if (specifier === "pg-pool") return join(directory!, "node_modules/pg-pool", isImport ? "esm/index.mjs" : "index.js")
  if (specifier.startsWith("pg/")) return join(directory!, specifier.slice(3).replace(/(\.js)?$/, ".js"))
  return undefined
}

registerHooks({
  resolve(specifier, context, nextResolve) {
    const path = pathOf(specifier, context.conditions.includes("import"))
    return path === undefined ? nextResolve(specifier, context) : { url: pathToFileURL(path).href, shortCircuit: true }
  },
})
