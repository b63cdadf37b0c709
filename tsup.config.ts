/**
 * The package as published: each entry as an ES module and as CommonJS, with declarations for both. The CommonJS files
 * are the ES modules translated one by one, so that entries share their chunks (and with them classes of errors) there
 * too; tsup's own way would rewrite `?.`, `??` and class fields into slow helper calls.
 */

import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type Plugin, transform } from "esbuild"
import type { Options } from "tsup"

const entry: Record<string, string> = {
  index: "src/index.ts",
  pg: "src/pg/index.ts",
  kysely: "src/adapters/kysely.ts",
  drizzle: "src/adapters/drizzle.ts",
}
const output = "dist"

/** The adapters import the front door as built: bundled with them it would be one more file for everybody to load. */
const frontDoor: Plugin = {
  name: "front-door",
  setup: (build) => {
    build.onResolve({ filter: /^\.\.\/index\.ts$/ }, ({ importer }) =>
      /[\\/]adapters[\\/]/.test(importer) ? { path: "./index.js", external: true } : undefined,
    )
  },
}

/** Writes `x.cjs` beside each `x.js`. */
async function translateToCommonJs(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".js"))
  for (const name of names) {
    const module = await readFile(join(directory, name), "utf8")
    const { code } = await transform(module, {
      format: "cjs",
      target: "node20",
      platform: "node",
      minifyWhitespace: true,
      // CommonJS has no `import.meta`; the code that asks for it takes `__filename` there.
      logOverride: { "empty-import-meta": "silent" },
    })
    const translated = code.replaceAll(/((?:require|import)\("\.{1,2}\/[^"]+)\.js"\)/g, '$1.cjs")')
    // Of what is exported, the names are told to readers of the code (`0 && …`); the default is not among them.
    const told = /\bdefault:\(\)=>/.test(translated) ? "0&&(exports.default=0);\n" : ""
    await writeFile(
      join(directory, name.replace(/\.js$/, ".cjs")),
      told + translated.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"),
    )
  }
}

const modules: Options = {
  entry,
  outDir: output,
  format: ["esm"],
  target: "node20",
  platform: "node",
  sourcemap: true,
  clean: true,
  splitting: true,
  removeNodeProtocol: false,
  esbuildPlugins: [frontDoor],
  // Less to read at start-up; names stay, for stacks and for the names of errors.
  esbuildOptions: (options) => {
    options.minifyWhitespace = true
    options.minifySyntax = true
  },
  onSuccess: () => translateToCommonJs(output),
}

const declarations: Options = { entry, outDir: output, format: ["esm", "cjs"], dts: { only: true } }

/** With `--no-dts` the modules alone: declarations without declarations would be a second build into the same place. */
const config = (flags: Options): Options[] => (flags.dts === false ? [modules] : [modules, declarations])

export default config
