/** Whatever bytes a server sends for these types: a value or a DecodeError, never another failure. */

import { test } from "vitest"
import type { Codec } from "../../../src/types/codec.ts"
import { cubeCodec } from "../../../src/types/cube.ts"
import {
  boxCodec,
  circleCodec,
  lineCodec,
  lsegCodec,
  pathCodec,
  pointCodec,
  polygonCodec,
} from "../../../src/types/geometry.ts"
import { hstoreCodec } from "../../../src/types/hstore.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { ltreeCodec } from "../../../src/types/ltree.ts"
import { multirangeOf } from "../../../src/types/multirange.ts"
import { cidrCodec, inetCodec, macaddr8Codec, macaddrCodec } from "../../../src/types/network.ts"
import { geometryCodec } from "../../../src/types/postgis.ts"
import { rangeOf } from "../../../src/types/range.ts"
import { sparsevecCodec } from "../../../src/types/sparsevec.ts"
import { textCodec } from "../../../src/types/text.ts"
import { tsqueryCodec, tsvectorCodec } from "../../../src/types/text-search.ts"
import { halfvecCodec, vectorCodec } from "../../../src/types/vector.ts"
import { fuzzBinary } from "../../support/byte-fuzzer.ts"

const ONE = "3ff0000000000000"
const int4range = rangeOf(int4Codec, "int4range")
const LINE = `010200000002000000${"00".repeat(16)}${ONE}${ONE}`

/** Each with valid bytes to start from. */
const CASES: readonly (readonly [Codec, readonly string[]])[] = [
  [inetCodec, ["022000040a000001", "0340001020010db8000000010000000200030004"]],
  [cidrCodec, ["021001040a010000"]],
  [macaddrCodec, ["08002b0102ff"]],
  [macaddr8Codec, ["08002b0102030405"]],
  [pointCodec, [ONE.repeat(2)]],
  [lineCodec, [ONE.repeat(3)]],
  [lsegCodec, [ONE.repeat(4)]],
  [boxCodec, [ONE.repeat(4)]],
  [circleCodec, [ONE.repeat(3)]],
  [pathCodec, [`0100000002${ONE.repeat(4)}`]],
  [polygonCodec, [`00000002${ONE.repeat(4)}`]],
  [int4range, ["020000000400000001000000040000000a", "01", "18"]],
  [rangeOf(textCodec, "textrange"), ["0200000001610000000162"]],
  [multirangeOf(int4range, "int4multirange"), ["0000000100000011020000000400000001000000040000000a"]],
  [tsvectorCodec, ["000000035c78000000612762000004c001000280034004c3bc000000"]],
  [tsqueryCodec, ["00000008020202040001010000640002030108016300010000620002010100006100"]],
  [hstoreCodec, ["00000002000000016100000001310000000162ffffffff"]],
  [ltreeCodec, ["01612e622e63"]],
  [cubeCodec, [`80000002${ONE.repeat(2)}`, `00000002${ONE.repeat(4)}`]],
  [vectorCodec, ["000300003f800000c0200000322bcc77"]],
  [halfvecCodec, ["000400003c00c1007bff0001"]],
  [sparsevecCodec, ["00000005000000020000000000000000000000023fc00000c0000000"]],
  [geometryCodec, [LINE, `0107000020e610000001000000${LINE}`, `010400000001000000${`0101000000${ONE.repeat(2)}`}`]],
]

test.each(CASES.map(([codec, samples]) => [codec.name, codec, samples] as const))("%s", (_, codec, samples) => {
  fuzzBinary(codec, samples)
})
