/**
 * The states of a link and the legal moves between them; nothing else moves a link.
 *
 *     starting ──▶ open ──▶ closing ──▶ ending ──▶ closed
 *         └─────────┴──────────┴─────────────────────▲
 */

/**
 * - `starting`: the start-up exchange runs, requests wait
 * - `open`: requests are carried
 * - `closing`: requests under way are answered, new ones are refused
 * - `ending`: everything is answered, goodbye is said, the peer's close is awaited
 * - `closed`: the transport is gone or about to be; nothing is answered any more
 */
export type LinkState = "starting" | "open" | "closing" | "ending" | "closed"

const MOVES: Readonly<Record<LinkState, readonly LinkState[]>> = {
  starting: ["open", "closed"],
  open: ["closing", "closed"],
  closing: ["ending", "closed"],
  ending: ["closed"],
  closed: [],
}

/** The state after a move. @throws Error when there is no such move: a bug of this library */
export function move(from: LinkState, to: LinkState): LinkState {
  if (!MOVES[from].includes(to)) throw new Error(`a link cannot go from ${from} to ${to}`)
  return to
}
