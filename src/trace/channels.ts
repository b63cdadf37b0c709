/**
 * Everything that may be observed, in one table: diagnostics_channel tracing channels and what they carry. Attributes are
 * named as OpenTelemetry's database conventions name them. Statements are told, their values never; errors are, rows are
 * not. A channel without subscribers costs one property read.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 * @see https://opentelemetry.io/docs/specs/semconv/database/postgresql/
 */

import { tracingChannel } from "#platform"

/** What every context carries: where the operation runs. */
export interface TraceContext {
  readonly "db.system.name": "postgresql"
  /** The database's name. */
  readonly "db.namespace": string
  readonly "server.address": string
  readonly "server.port": number
  /** The statement, without its values. */
  readonly "db.query.text"?: string
  /** What is done where no statement says so: `LISTEN`, `transaction`, … */
  readonly "db.operation.name"?: string
  /** The channel of LISTEN, UNLISTEN or a notification. */
  readonly "messaging.destination.name"?: string
  /** The pool's name, where it has one. */
  readonly "db.client.connection.pool.name"?: string | undefined
  /** Rows that came back, once they have. */
  "db.response.returned_rows"?: number
  /** The SQLSTATE or the error's code, once it has failed. */
  "error.type"?: string
  /** The SQLSTATE, when it is the server that has refused. */
  "db.response.status_code"?: string
  /** The error, once it has failed. */
  error?: unknown
}

/** One tracing channel: `start` and `end` around the call, `asyncStart` and `asyncEnd` around its outcome, `error`. */
export type Channel = ReturnType<typeof tracingChannel>

/** Opening a connection, all hosts included. */
export const connectChannel: Channel = tracingChannel("pgline:connect")
/** One statement, from the call to its result. */
export const queryChannel: Channel = tracingChannel("pgline:query")
/** An explicit `prepare`. */
export const prepareChannel: Channel = tracingChannel("pgline:prepare")
/** A transaction from its beginning to its end; `transaction(fn)` with its retries. */
export const transactionChannel: Channel = tracingChannel("pgline:transaction")
/** A COPY in either direction. */
export const copyChannel: Channel = tracingChannel("pgline:copy")
/** LISTEN, UNLISTEN, and the delivery of each notification to its listeners. */
export const notificationChannel: Channel = tracingChannel("pgline:notification")
/** A cancel request, asked for or because of a signal or a timeout, until the server has taken it. */
export const cancelChannel: Channel = tracingChannel("pgline:cancel")
/** Waiting for a connection of a pool, until it is lent. */
export const acquireChannel: Channel = tracingChannel("pgline:pool:acquire")
