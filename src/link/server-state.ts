/**
 * What the server has told about itself and the session: its parameters, the key for cancelling, the transaction's
 * status.
 */

import { ProtocolError } from "../errors/client-error.ts"
import type { ServerError } from "../errors/server-error.ts"
import { STATUS_FAILED, STATUS_IDLE, STATUS_TRANSACTION } from "../protocol/codes.ts"

/** Whether a transaction is open: none, one, or one that has failed and only waits for its rollback. */
export type TransactionStatus = "idle" | "transaction" | "failed"

/** The setting that has floats printed with fewer digits than they have. Servers do not report it. */
const ROUNDING_SETTING = /extra_float_digits/i

/** The server's side of a session as far as it is known. */
export class ServerState {
  /** The reported settings (`server_version`, `TimeZone`, …), kept up to date. */
  readonly parameters: Map<string, string> = new Map()
  /** The database the session is in. */
  database = ""
  /** The backend's process id; undefined behind some poolers. */
  processId: number | undefined
  /** What a CancelRequest must present, 4 to 256 bytes. */
  secretKey: Uint8Array | undefined
  /** The protocol version spoken, such as 0x00030000. */
  protocolVersion = 0
  /** How many names have been made for portals and cursors of this session. */
  namesGiven = 0
  /** What has failed the transaction that is open, so that later refusals can name it. */
  lastFailure: ServerError | undefined
  /** What had failed the transaction that was open until the last ReadyForQuery. */
  failureOfEnded: ServerError | undefined
  #status: number = STATUS_IDLE
  #printsRounded = false

  /** The transaction's status at the last ReadyForQuery. */
  get transactionStatus(): TransactionStatus {
    switch (this.#status) {
      case STATUS_IDLE:
        return "idle"
      case STATUS_TRANSACTION:
        return "transaction"
      default:
        return "failed"
    }
  }

  /**
   * Whether what the session prints can be read back as the very value. It cannot where the style of dates leaves days and
   * months or time zones open, and where floats may have lost digits; results are asked for in binary then.
   */
  get printsExactly(): boolean {
    return !this.#printsRounded && this.parameters.get("DateStyle")?.startsWith("ISO") !== false
  }

  /** Takes down that a setting of the session, or a statement about to be sent, may change how values are printed. */
  noteSetting(text: string): void {
    if (ROUNDING_SETTING.test(text)) this.#printsRounded = true
  }

  /** Takes down the status byte of a ReadyForQuery. */
  setStatus(status: number): void {
    if (status !== STATUS_IDLE && status !== STATUS_TRANSACTION && status !== STATUS_FAILED) {
      throw new ProtocolError(`the server reports an unknown transaction status ${status}`)
    }
    if (status !== STATUS_FAILED) {
      this.failureOfEnded = this.lastFailure
      this.lastFailure = undefined
    }
    this.#status = status
  }
}
