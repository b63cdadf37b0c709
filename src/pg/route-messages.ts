/**
 * Which of a connection's events goes where: the client's own, or the query that runs.
 */

import type { ReadyForQueryMessage } from "./messages.ts"
import type { EventEmitter } from "./node-runtime.ts"
import { Query } from "./query.ts"
import type { RequestWriter, RowReceiver, Submittable } from "./submittable.ts"

/** A client, as its connection's events see it. */
export interface MessageTarget extends EventEmitter {
  processID: number | null
  secretKey: number | null
  readonly _activeQuery: Submittable | null | undefined
  _onReady(status: string | null): void
  _onFailure(error: Error): void
  _onServerError(error: Error): void
  _onEnd(): void
}

/** The connection, as far as it concerns events. */
interface MessageSource extends RequestWriter {
  receiveRowsBy(receiver: RowReceiver | undefined): void
}

type Handle = (query: Submittable, message: unknown) => void

/** Has a client told what its connection tells. */
export function routeMessages(source: MessageSource, target: MessageTarget): void {
  /** For messages that only mean something to a query. */
  const route = (event: string, handle: Handle): void => {
    source.on(event, (message: unknown) => {
      const query = target._activeQuery
      if (query) handle(query, message)
      else target._onFailure(new Error(`Received unexpected ${event} message from backend.`))
    })
  }
  source.on("backendKeyData", (message: { processID: number; secretKey: number }) => {
    target.processID = message.processID
    target.secretKey = message.secretKey
  })
  source.on("error", (error: Error) => target._onFailure(error))
  source.on("errorMessage", (error: Error) => target._onServerError(error))
  source.on("readyForQuery", (message?: ReadyForQueryMessage) => target._onReady(message?.status ?? null))
  source.on("notice", (message: unknown) => target.emit("notice", message))
  route("rowDescription", (query, message) => {
    query.handleRowDescription?.(message)
    source.receiveRowsBy(isPlain(query) ? query : undefined)
  })
  route("dataRow", (query, message) => query.handleDataRow?.(message))
  route("portalSuspended", (query) => query.handlePortalSuspended?.(source))
  route("emptyQuery", (query) => query.handleEmptyQuery?.(source))
  route("commandComplete", (query, message) => query.handleCommandComplete?.(message, source))
  route("parseComplete", ({ name, text }) => {
    if (!name) return
    source.parsedStatements[name] = text!
    delete source.submittedNamedStatements[name]
  })
  route("copyInResponse", (query) => query.handleCopyInResponse?.(source))
  route("copyData", (query, message) => query.handleCopyData?.(message, source))
  source.on("notification", (message: unknown) => target.emit("notification", message))
  source.once("end", () => target._onEnd())
}

/** A query of ours whose rows nobody wants to see as messages. */
function isPlain(query: Submittable): query is Query {
  return query instanceof Query && query.handleDataRow === Query.prototype.handleDataRow
}
