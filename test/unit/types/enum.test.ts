import { expect, test } from "vitest"
import { EncodeError } from "../../../src/errors/client-error.ts"
import { enumOf } from "../../../src/types/enum.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const mood = enumOf("mood", ["sad", "so-so", "überglücklich"])

test("labels pass both ways, unknown ones too", () => {
  for (const label of ["sad", "überglücklich", "made later"]) {
    const hex = Buffer.from(label).toString("hex")
    expect([fromText(mood, label), fromHex(mood, hex)]).toEqual([label, label])
    expect(toHex(mood, label)).toBe(hex)
    expect(mood.encodeText(label)).toBe(label)
  }
})

test("what is no label is refused with the ones there are", () => {
  expect(() => mood.encodeText(1)).toThrow(
    'mood: expected a label: "sad", "so-so", "überglücklich", got an integer number',
  )
  expect(() => mood.encodeText("\0")).toThrow(EncodeError)
  const many = enumOf(
    "many",
    Array.from({ length: 20 }, (_, i) => `l${i}`),
  )
  expect(() => many.encodeText({})).toThrow(/"l7", …/)
})
