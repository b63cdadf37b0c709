/** The package as published: each entry as an ES module and as CommonJS, with declarations for both. */

import type { Options } from "tsup"

const config: Options = {
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
  removeNodeProtocol: false,
}

export default config
