/**
 * What an operation needs that talks to the server for longer than one request: the connection it runs on, for as long
 * as it runs, and who has that connection. A connection and a transaction lend themselves; a pool lends one of its own.
 */

import type { Session } from "./session.ts"
import type { Start } from "./start.ts"

/** A connection on loan. */
export interface Carrier {
  readonly session: Session
  /** Has an exchange carried; throws when another scope has the connection. */
  readonly start: Start
  /** The scope that has the connection: a transaction, or none. */
  readonly scope: object | undefined
  /** Whether a transaction is open that the operation must not break. */
  readonly inTransaction: boolean
  /** Begins a transaction for the operation alone, unless one is open: then the operation is part of that one. */
  begin(purpose: string): OwnTransaction
  /** Carries exchanges of what outlives the transaction, such as a held cursor. */
  readonly startBeyond: Start
  /** Gives the connection back. */
  release(): void
}

/** A transaction, or the place of one in an open transaction. */
export interface OwnTransaction {
  readonly carrier: Carrier
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** Lends a connection: at once, or when one is free. */
export type Borrow = (signal?: AbortSignal) => Carrier | Promise<Carrier>

/** The place of an operation in a transaction that is open already: that one's end is not for it to decide. */
export function partOf(carrier: Carrier): OwnTransaction {
  const nothing = async (): Promise<void> => {}
  return { carrier, commit: nothing, rollback: nothing }
}

/**
 * Calls with a carrier, and gives it back: at once where there is one, so that calls reach the server in the order they
 * were made.
 */
export function withCarrier<T>(carrier: Carrier | Promise<Carrier>, use: (carrier: Carrier) => Promise<T>): Promise<T> {
  const run = async (lent: Carrier): Promise<T> => {
    try {
      return await use(lent)
    } finally {
      lent.release()
    }
  }
  return carrier instanceof Promise ? carrier.then(run) : run(carrier)
}
