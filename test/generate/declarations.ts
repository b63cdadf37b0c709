/**
 * Mends the declarations in `dist/` after tsup. Where a namespace such as `errors` shows what another chunk declares, the
 * bundler writes a value and no type, even for what is a type alone: `errors.ServerError` could not be written as a type.
 *
 *   node test/generate/declarations.ts     (part of `npm run build`)
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const dist = join(import.meta.dirname, "../../dist")

/** `c as Condition` → ["c", "Condition"], and a name alone twice. */
function namesOf(list: string): (readonly [from: string, to: string])[] {
  const parts = list.split(",").map((part) => part.trim().split(" as "))
  return parts.map(([from = "", to = from]) => [from, to])
}

/** The names in a file that it imports from where they are exported as types alone. */
function importedTypes(text: string): Set<string> {
  const types = new Set<string>()
  for (const [, imports = "", path = ""] of text.matchAll(/^import (?:type )?\{ (.*) \} from '\.\/(.*)js';$/gm)) {
    const chunk = readFileSync(join(dist, `${path.replace(/(c?)$/, "d.$1")}ts`), "utf8")
    const exported = [...chunk.matchAll(/^export type \{ (.*) \};$/gm)].flatMap(([, list = ""]) => namesOf(list))
    const aliases = new Set(exported.map(([, alias]) => alias))
    for (const [alias, name] of namesOf(imports)) if (aliases.has(alias)) types.add(name)
  }
  return types
}

for (const file of readdirSync(dist).filter((name) => /\.d\.c?ts$/.test(name))) {
  const text = readFileSync(join(dist, file), "utf8")
  const types = importedTypes(text)
  const mended = text.replaceAll(/^declare const (\w+_\w+): typeof (\w+);$/gm, (line, member: string, name: string) => {
    if (types.has(name)) return `type ${member} = ${name};`
    return new RegExp(`^type ${member}\\b`, "m").test(text) || !/^[A-Z]/.test(name)
      ? line
      : `type ${member} = ${name};\n${line}`
  })
  if (mended !== text) writeFileSync(join(dist, file), mended)
}
