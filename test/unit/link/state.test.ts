import { expect, test } from "vitest"
import { type LinkState, move } from "../../../src/link/state.ts"

const states: readonly LinkState[] = ["starting", "open", "closing", "ending", "closed"]
const legal = new Set([
  "starting open",
  "starting closed",
  "open closing",
  "open closed",
  "closing ending",
  "closing closed",
  "ending closed",
])

test.each(states.flatMap((from) => states.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
  if (legal.has(`${from} ${to}`)) expect(move(from, to)).toBe(to)
  else expect(() => move(from, to)).toThrow(`a link cannot go from ${from} to ${to}`)
})
