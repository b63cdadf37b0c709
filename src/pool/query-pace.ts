/**
 * Which statements are quick enough that others may be sent behind them on the same connection. A statement has to show
 * it first: until it has been seen to be quick it runs on a connection of its own, and so does every one that may change
 * the session. What counts is the time beyond the quickest round trip that was ever seen, so that a distant server is
 * not taken for a slow one.
 */

/** A statement that takes so much longer than a mere round trip holds others up. */
const QUICK_MS = 5
/** Texts that are remembered; then all are forgotten, which costs little. */
const MOST_TEXTS = 2000
/** How much the newest time counts: good news is believed sooner, for the first run of a statement is often slow. */
const WEIGHT_UP = 0.25
const WEIGHT_DOWN = 0.5
/** How fast the quickest round trip is forgotten, for the network may change. */
const FORGET = 0.001

const COMMENTS = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*/
const PLAIN = /^(?:select|insert|update|delete|merge|values|table|with)\b/i
const CHANGES_SESSION = /\b(?:set_config|pg_(?:try_)?advisory_(?:lock|unlock)|into\s+temp|dblink_|lo_|setseed)/i

/** What is known of one statement's text. */
export interface Pace {
  /** False when it may leave something behind in the session. */
  readonly isPlain: boolean
  /** How long it usually takes, in milliseconds; undefined before it has been run. */
  typicalMs: number | undefined
}

/** Remembers how long statements take. */
export class QueryPaces {
  readonly #paces: Map<string, Pace> = new Map()
  #roundTripMs = Number.POSITIVE_INFINITY

  /** What is known of a text. */
  of(text: string): Pace {
    const known = this.#paces.get(text)
    if (known !== undefined) return known
    if (this.#paces.size >= MOST_TEXTS) this.#paces.clear()
    const statement = text.slice(COMMENTS.exec(text)?.[0].length ?? 0)
    const pace: Pace = { isPlain: PLAIN.test(statement) && !CHANGES_SESSION.test(statement), typicalMs: undefined }
    this.#paces.set(text, pace)
    return pace
  }

  /** Whether others may be sent behind it. */
  isQuick({ isPlain, typicalMs }: Pace): boolean {
    return isPlain && typicalMs !== undefined && typicalMs - this.#roundTripMs < QUICK_MS
  }

  /**
   * Takes a measurement in.
   * @param wasAlone nothing else was under way on the connection; else the time has no round trip in it
   */
  learn(pace: Pace, ms: number, wasAlone: boolean): void {
    const { typicalMs } = pace
    if (!wasAlone && typicalMs !== undefined && ms <= typicalMs) return
    if (typicalMs === undefined) pace.typicalMs = ms
    else pace.typicalMs = typicalMs + (ms - typicalMs) * (ms > typicalMs ? WEIGHT_UP : WEIGHT_DOWN)
    if (!wasAlone) return
    if (ms < this.#roundTripMs) this.#roundTripMs = ms
    else this.#roundTripMs += (ms - this.#roundTripMs) * FORGET
  }
}
