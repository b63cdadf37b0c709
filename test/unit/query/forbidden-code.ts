/**
 * Run by row-decoder.test.ts in a process that may not make code from strings: prints what hot decoders read there.
 */

import { ByteSource } from "../../../src/base/byte-source.ts"
import { rowDecoderFor } from "../../../src/query/row-decoder.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { dataRow } from "../../support/backend-messages.ts"

function isForbidden(): boolean {
  try {
    return new Function("return false")()
  } catch {
    return true
  }
}

const names: readonly [string, number][] = [
  ["a", 23],
  ["__proto__", 25],
  ["'); process.exit();//", 25],
]
const fields = names.map(([name, typeOid]) => ({
  name,
  typeOid,
  tableOid: 0,
  columnNumber: 0,
  typeSize: -1,
  typeName: "",
  typeModifier: -1,
}))
const body = dataRow("1", "x", null).subarray(5)
const rows = (["object", "tuple"] as const).map((shape) =>
  rowDecoderFor<unknown>(fields, [], shape, createDefaultRegistry(), true)(new ByteSource(body), 0, body.length),
)
process.stdout.write(JSON.stringify({ forbidden: isForbidden(), rows }))
