import { expect, test } from "vitest"
import { domainOf } from "../../../src/types/domain.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { fromHex, toHex } from "../../support/codec-bytes.ts"

test("a domain reads and writes as its base type does, under its own name", () => {
  const posint = domainOf("posint", int4Codec)
  expect(posint.name).toBe("posint")
  expect(fromHex(posint, toHex(posint, 7)!)).toBe(7)
  expect(posint.resultFormat).toBe(int4Codec.resultFormat)
})
