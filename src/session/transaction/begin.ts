/**
 * The two ways into a transaction: around a function, or open until its own end is asked for.
 */

import type { Session } from "../session.ts"
import { type BeginOptions, checkBeginOptions, checkTransactionOptions, type TransactionOptions } from "./options.ts"
import { runTransaction } from "./run-transaction.ts"
import { Transaction } from "./transaction.ts"
import { TransactionStop } from "./transaction-stop.ts"

/**
 * Begins a transaction that ends by its own methods, or when it is stopped.
 * @param onEnding is given what settles as its end does
 */
export function begin(
  session: Session,
  options: BeginOptions,
  onEnding?: (ending: Promise<void>) => void,
): Transaction {
  checkBeginOptions(options)
  const stop = stopOf(options)
  if (stop?.isStopped) throw stop.reason
  const dispose = (): void => stop?.dispose()
  try {
    return new Transaction(session, options, {
      stop,
      onEnding: (ending) => {
        ending.then(dispose, dispose)
        onEnding?.(ending)
      },
    })
  } catch (error) {
    dispose()
    throw error
  }
}

/** Runs a function in a transaction. */
export async function transact<T>(
  session: Session,
  fn: (tx: Transaction) => T | Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  checkTransactionOptions(options)
  const stop = stopOf(options)
  try {
    return await runTransaction(() => new Transaction(session, options, { stop }), fn, options, stop)
  } finally {
    stop?.dispose()
  }
}

function stopOf({ signal, timeout }: BeginOptions): TransactionStop | undefined {
  return signal === undefined && !timeout ? undefined : new TransactionStop(signal, timeout)
}
