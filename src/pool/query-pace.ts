/**
 * How many queries may be under way on one connection when a statement joins them. Too few leave the server idle for a
 * round trip after each; too many wait behind each other while another connection comes free. So: as many as the server
 * can do in a round trip, or in two milliseconds where the round trip is shorter than that, to the nearest number: where
 * that is one more, the server has its next statement at hand when it is done. On a near server that is all it takes:
 * more would not make it faster but unfair, for a backend that never runs dry keeps its core from the others.
 *
 * In a crowd each connection has its next statement anyway. So one may be sent behind another even if that takes longer:
 * the server then goes on by itself, and does not wait for the client.
 *
 * A statement has to show how quick it is: until it has been run it gets a connection of its own, and so does every one
 * that takes long or may change the session. Alone on a connection a statement takes the round trip and its own time;
 * among others, the time since the answer before is its own time alone.
 */

/** What the queries in front may take together, if the round trip is no longer than that. */
const LEAST_BUDGET_MS = 2
/** A server is near when its round trip takes no longer, on a busy machine too: then there is little to make up for. */
const NEAR_MS = 0.5
/** How many may be in front on a near server. */
const MOST_IN_FRONT = 2
/** What the one in front may take in a crowd. Behind a slower one the wait for the client matters little. */
const CROWD_BUDGET_MS = 20
/** No statement is believed to take less. */
const LEAST_COST_MS = 0.02
/** Texts that are remembered; then all are forgotten, which costs little. */
const MOST_TEXTS = 2000
/** Longer ones are neither read nor remembered: so many of them could fill the memory, and they are seldom quick. */
const LONGEST_TEXT = 10_000
/** How much the newest time of a lonely run counts: good news is believed sooner, for first runs are often slow. */
const WEIGHT_UP = 0.25
const WEIGHT_DOWN = 0.5
/** The same among others, where answers come in bursts and only the average is true. */
const WEIGHT_AMONG_OTHERS = 0.05

const COMMENTS = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*/
const PLAIN = /^(?:select|insert|update|delete|merge|values|table|with)\b/i
const CHANGES_SESSION = /\b(?:set_config|pg_(?:try_)?advisory_(?:lock|unlock)|into\s+temp|dblink_|lo_|setseed)/i

/** What is known of one statement's text. */
export interface Pace {
  /** False when it may leave something behind in the session. */
  readonly isPlain: boolean
  /** How long it takes, the round trip included, in milliseconds; undefined before it has been run. */
  typicalMs: number | undefined
}

/** Remembers how long statements take. */
export class QueryPaces {
  readonly #paces: Map<string, Pace> = new Map()
  /** The quickest that was seen. A pool that has slow statements alone never sees it again, so they leave it as it is. */
  #roundTripMs = Number.POSITIVE_INFINITY

  /** What is known of a text. */
  of(text: string): Pace {
    if (text.length > LONGEST_TEXT) return { isPlain: false, typicalMs: undefined }
    const known = this.#paces.get(text)
    if (known !== undefined) return known
    if (this.#paces.size >= MOST_TEXTS) this.#paces.clear()
    const statement = text.slice(COMMENTS.exec(text)?.[0].length ?? 0)
    const pace: Pace = { isPlain: PLAIN.test(statement) && !CHANGES_SESSION.test(statement), typicalMs: undefined }
    this.#paces.set(text, pace)
    return pace
  }

  /**
   * A connection was opened, which takes two round trips at least. It may lead to a server that is farther away by now, or
   * have been slow for another reason: each is believed by half.
   */
  onOpened(tookMs: number): void {
    this.#roundTripMs = Math.min(this.#roundTripMs * 2, tookMs / 2)
  }

  /**
   * How many may be under way on its connection, itself included; 1 for a connection of its own.
   * @param inCrowd at least as many wait as there are connections
   */
  depthOf({ isPlain, typicalMs }: Pace, inCrowd: boolean): number {
    if (!isPlain || typicalMs === undefined) return 1
    const costMs = Math.max(typicalMs - this.#roundTripMs, LEAST_COST_MS)
    const isNear = this.#roundTripMs <= NEAR_MS
    const fitting = Math.round((isNear ? LEAST_BUDGET_MS : Math.max(LEAST_BUDGET_MS, this.#roundTripMs)) / costMs)
    const least = inCrowd && costMs <= CROWD_BUDGET_MS ? 1 : 0
    return 1 + Math.max(isNear ? Math.min(fitting, MOST_IN_FRONT) : fitting, least)
  }

  /**
   * Takes a measurement in.
   * @param ms since it was sent, or since the answer before
   * @param wasAlone nothing else was under way on the connection
   */
  learn(pace: Pace, ms: number, wasAlone: boolean): void {
    if (wasAlone) this.#roundTripMs = Math.min(this.#roundTripMs, ms)
    const { typicalMs } = pace
    const newest = wasAlone ? ms : ms + this.#roundTripMs
    if (typicalMs === undefined) {
      pace.typicalMs = newest
      return
    }
    const weight = wasAlone ? (newest > typicalMs ? WEIGHT_UP : WEIGHT_DOWN) : WEIGHT_AMONG_OTHERS
    pace.typicalMs = typicalMs + (newest - typicalMs) * weight
  }
}
