/**
 * Mends the declarations in `dist/` after tsup. Where a namespace such as `errors` shows what another chunk declares, the
 * bundler writes a value and no type, even for what is a type alone: `errors.ServerError` could not be written as a type.
 * And where a namespace names types that another file declares (`pg.Pool`), it forgets whose they are: `type Pool = Pool`.
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

/** Has the types of namespaces that name themselves name what stands outside, by way of an alias there. */
function outwards(text: string): string {
  return text.replaceAll(
    /^(?:export )?declare namespace (\w+) \{\n([\s\S]*?)^\}$/gm,
    (block, namespace: string, members: string) => {
      const aliases: string[] = []
      const inside = members.replaceAll(
        /^ {4}type (\w+)(<.*>)? = (\1)(<.*>)?;$/gm,
        (_line, name: string, parameters = "", _same, values = "") => {
          aliases.push(`type ${namespace}_${name}${parameters} = ${name}${values};`)
          return `    type ${name}${parameters} = ${namespace}_${name}${values};`
        },
      )
      return aliases.length === 0 ? block : [block.replace(members, () => inside), ...aliases].join("\n")
    },
  )
}

for (const file of readdirSync(dist).filter((name) => /\.d\.c?ts$/.test(name))) {
  const text = readFileSync(join(dist, file), "utf8")
  const types = importedTypes(text)
  const mended = outwards(text).replaceAll(
    /^declare const (\w+_\w+): typeof (\w+);$/gm,
    (line, member: string, name: string) => {
      if (types.has(name)) return `type ${member} = ${name};`
      return new RegExp(`^type ${member}\\b`, "m").test(text) || !/^[A-Z]/.test(name)
        ? line
        : `type ${member} = ${name};\n${line}`
    },
  )
  if (mended !== text) writeFileSync(join(dist, file), mended)
}
