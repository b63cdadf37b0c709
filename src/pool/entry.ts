/**
 * One open resource of a pool: in which state it is and since when. Nothing else moves an entry than `move`.
 *
 *     idle ⇄ checking     whether it is fit to be lent
 *     idle ⇄ taken        by one user, who has it alone
 *     idle ⇄ shared       by several users at once
 *     taken, shared ──▶ resetting ──▶ idle
 *     any ──▶ closing     still counted until it is gone
 */

export type EntryState = "idle" | "checking" | "taken" | "shared" | "resetting" | "closing"

const MOVES: Readonly<Record<EntryState, readonly EntryState[]>> = {
  idle: ["taken", "shared", "checking", "closing"],
  checking: ["idle", "closing"],
  taken: ["idle", "resetting", "closing"],
  shared: ["idle", "resetting", "closing"],
  resetting: ["idle", "closing"],
  closing: [],
}

/** A resource and what its pool knows of it. */
export class Entry<R> {
  readonly resource: R
  readonly openedAt: number
  /** When it is to be replaced; Infinity never. */
  readonly expiresAt: number
  /** Since when nobody has used it. */
  idleSince: number
  /** The last moment it was known to be well. */
  wellAt: number
  /** When it was taken, or when one of those who share it was last served. */
  progressAt = 0
  /** How many use it. */
  users = 0
  /** Is to be closed as soon as nobody uses it. */
  isRetired = false
  /** Is not counted among those that stay: it is retired, or another one is being opened in its place. */
  isLeaving = false
  /** Has just been checked, for whoever comes next. */
  isFit = false
  /** Made where it was taken, when its user is to be watched for not giving it back. */
  takenBy: Error | undefined
  #state: EntryState = "idle"

  constructor(resource: R, openedAt: number, expiresAt: number) {
    this.resource = resource
    this.openedAt = openedAt
    this.idleSince = openedAt
    this.wellAt = openedAt
    this.expiresAt = expiresAt
  }

  get state(): EntryState {
    return this.#state
  }

  /** @throws Error when there is no such move: a bug of this library */
  move(to: EntryState): void {
    if (!MOVES[this.#state].includes(to)) throw new Error(`a pooled resource cannot go from ${this.#state} to ${to}`)
    this.#state = to
  }
}
