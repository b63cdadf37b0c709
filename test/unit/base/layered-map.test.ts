import { expect, it } from "vitest"
import { LayeredMap } from "../../../src/base/layered-map.ts"

const shared: ReadonlyMap<string, number> = new Map([["a", 1]])

it("has what the shared map has", () => {
  const map = new LayeredMap(shared)
  expect([map.get("a"), map.has("a"), map.get("b"), map.has("b")]).toEqual([1, true, undefined, false])
  expect([...map.ownValues()]).toEqual([])
})

it("hides a shared entry with one of its own, and no one else's", () => {
  const map = new LayeredMap(shared)
  map.set("a", 2)
  map.set("b", 3)
  expect([map.get("a"), map.get("b"), map.has("b")]).toEqual([2, 3, true])
  expect([...map.ownValues()]).toEqual([2, 3])
  expect([new LayeredMap(shared).get("a"), shared.get("a")]).toEqual([1, 1])
})

it("shows the shared entry again once its own is deleted", () => {
  const map = new LayeredMap(shared)
  map.set("a", 2)
  map.delete("a")
  expect([map.get("a"), map.has("a")]).toEqual([1, true])
})
