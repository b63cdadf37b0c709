import { expect, test } from "vitest"
import { assembleObject, assembleOneByOne } from "../../../src/types/assemble-object.ts"

const NAMES: readonly (readonly string[])[] = [
  [],
  ["a"],
  ["a", "b", "a"],
  ["__proto__", "constructor", "toString", "hasOwnProperty"],
  ["a b", 'c"d', "e\\f", "`\u0024{x}`", "\u2028\u2029\0\n", "});throw 1;({"],
  ["v", "0", "-1", "ключ", "😀", "\ud800"],
  Array.from({ length: 300 }, (_, i) => `c${i}`),
]

test.each(NAMES)("%s", (...names) => {
  const values = names.map((_, i) => i)
  const object = assembleObject(names)(values)
  expect(object).toStrictEqual(assembleOneByOne(names, values))
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  expect(Object.entries(object).sort()).toEqual([...new Map(names.map((name, i) => [name, i]))].sort())
})
