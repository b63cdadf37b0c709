/**
 * Rows to objects and tuples: the decoder that is generated for a statement and its equal for runtimes that forbid code
 * generation. Figures are per chunk of rows.
 */

import { bench, do_not_optimize, group, run } from "mitata"
import { ByteSource } from "../../src/base/byte-source.ts"
import { BINARY, type Format, TEXT } from "../../src/base/format.ts"
import { type RowDecoder, rowDecoderFor } from "../../src/query/row-decoder.ts"
import { type SampleRows, sampleRows } from "./sample-rows.ts"

const ROWS = 1000
const HEADER = 5

/** Decodes all rows as the exchange does. */
function decodeAll(decode: RowDecoder<unknown>, source: ByteSource, stride: number): unknown[] {
  const rows: unknown[] = []
  for (let at = 0; at < source.bytes.length; at += stride) rows.push(decode(source, at + HEADER, at + stride))
  return rows
}

function compare(title: string, { bytes, stride, fields, formats, registry }: SampleRows): void {
  const source = new ByteSource(bytes)
  group(`${ROWS} rows of ${title}`, () => {
    for (const shape of ["object", "tuple"] as const) {
      const generated = rowDecoderFor(fields, formats, shape, registry, true)
      const closure = rowDecoderFor(fields, formats, shape, registry, false)
      bench(`${shape}, generated`, () => do_not_optimize(decodeAll(generated, source, stride)))
      bench(`${shape}, closure`, () => do_not_optimize(decodeAll(closure, source, stride)))
    }
  })
}

const formats: readonly (readonly [string, Format | undefined])[] = [
  ["the preferred formats", undefined],
  ["binary", BINARY],
  ["text", TEXT],
]
for (const [name, format] of formats) compare(`7 columns, ${name}`, sampleRows(ROWS, 7, format))
compare("8 columns with jsonb", sampleRows(ROWS, 8))

await run()
