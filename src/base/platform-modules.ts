/**
 * Node's own modules, loaded when they are first needed: all that pgline may ever use of them takes longer to load than
 * most of pgline. Required rather than imported, because an import also reads what a module loads by itself only when
 * asked: `node:fs` would bring its promises and with them half of the terminal's line editor.
 */

import { createRequire } from "node:module"

/** What is loaded here, and as what. */
interface Modules {
  readonly "node:crypto": typeof import("node:crypto")
  readonly "node:fs": typeof import("node:fs")
  readonly "node:net": typeof import("node:net")
  readonly "node:os": typeof import("node:os")
  readonly "node:stream": typeof import("node:stream")
  readonly "node:tls": typeof import("node:tls")
}

let load: ReturnType<typeof createRequire> | undefined
const loaded: Partial<Modules> = {}

/** One of the runtime's modules. */
export function runtimeModule<Name extends keyof Modules>(name: Name): Modules[Name] {
  const known: Modules[Name] | undefined = loaded[name]
  if (known !== undefined) return known
  // Translated to CommonJS it has no `import.meta`.
  load ??= createRequire(typeof __filename === "string" ? __filename : import.meta.url)
  const module: Modules[Name] = load(name)
  Object.assign(loaded, { [name]: module })
  return module
}
