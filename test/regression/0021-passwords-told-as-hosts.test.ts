/** What stood in the place of a host was looked up and told in the error, a misplaced password with it. */

import { inspect } from "node:util"
import { expect, it } from "vitest"
import { type ConnectOptions, connect, errors, Pool } from "../../src/index.ts"

it.each<[string | ConnectOptions]>([
  [{ host: "postgres://u:topsecret@db.invalid/x" }],
  ["postgresql://app:p@topsecret!@db.invalid/x"],
  ["host=db.invalid;password=topsecret;dbname=y"],
  ["host=db.invalid,password=topsecret"],
])("%j", async (conninfo) => {
  const error: unknown = await connect(conninfo).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(errors.ConfigError)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("topsecret")
  expect(() => new Pool(conninfo)).toThrow(errors.ConfigError)
})
