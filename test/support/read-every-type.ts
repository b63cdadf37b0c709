/**
 * Run by `test/server/forbidden-code.test.ts` in processes that may and may not make code from strings: reads every
 * literal of `test/fixtures/values` from the server of the URL given, by statements that become hot, in each shape, and
 * prints the rows. The columns have names that code could be hidden in.
 */

import { inspect } from "node:util"
import { type Connection, connect, type RowShape } from "../../src/index.ts"
import { readValueFixtures } from "./value-fixtures.ts"

/** The decoder of a statement that was run so often is made anew, as code where that is allowed. */
const RUNS = 6
const NAMES = [
  "__proto__",
  "'); process.exit(1);//",
  "constructor",
  'a"b',
  "`$\u007b1}`",
  "a\\",
  "\u2028",
  "twice",
  "twice",
]
const SHAPES: readonly RowShape[] = ["object", "tuple", "scalar", () => (values) => ({ values })]
const PER_ROW = 24

function isForbidden(): boolean {
  try {
    return new Function("return false")()
  } catch {
    return true
  }
}

async function print(connection: Connection, text: string, shape: RowShape): Promise<void> {
  for (let run = 1; run <= RUNS; run++) {
    const rows = await connection.rows(text, [], { rows: shape })
    console.log(inspect(rows, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: 1000 }))
  }
}

const connection = await connect(process.argv[2]!)
console.log({ isForbidden: isForbidden() })
for (const [type, rows] of readValueFixtures()) {
  for (let from = 0; from < rows.length; from += PER_ROW) {
    const columns = rows.slice(from, from + PER_ROW).map(({ literal }, i) => {
      const name = NAMES[i] ?? `c${i}`
      return `'${literal.replaceAll("'", "''")}'::${type} as "${name.replaceAll('"', '""')}"`
    })
    const text = `select ${columns.join(", ")}, null::${type} union all select ${columns.map(() => "null").join(", ")}, null`
    for (const shape of SHAPES) await print(connection, text, shape)
  }
}
// Wider than what code is made for.
await print(connection, `select ${Array.from({ length: 300 }, (_, i) => `${i} as c${i}`).join(", ")}`, "object")
await connection.close()
