/**
 * The rows of a query as a stream: by one Execute where the connection is the stream's own, by portal batches in a
 * transaction, whose other statements run in between.
 */

import { StreamedQuery } from "../../exchange/streamed-query.ts"
import type { Query } from "../../query/query.ts"
import { queryChannel } from "../../trace/channels.ts"
import { BatchStream } from "../batch-stream.ts"
import type { Borrow } from "../carrier.ts"
import { FlowSource } from "../flow-source.ts"
import { PortalRows } from "./portal-rows.ts"

/**
 * The rows of a query, one after the other, in constant memory. It can be read once: by `for await`, in batches, or as a
 * stream of Node's or the web's.
 *
 * On a connection the statement runs in one go, held back while the caller is busy, and the connection is the stream's
 * until it ends. In a transaction the rows come in batches, and the transaction's other statements may run in between. A
 * pool lends a connection for as long as the rows are being read.
 *
 * @example
 * ```ts
 * for await (const user of db.stream`select * from users`) await mail(user)
 * ```
 */
export class RowStream<R> extends BatchStream<R> {
  /** @internal Use `stream`. */
  constructor(borrow: Borrow, query: Query) {
    super({
      borrow,
      signal: query.signal,
      bytes: false,
      open: (carrier) => {
        if (carrier.inTransaction) return new PortalRows<R>(carrier, query)
        const { session } = carrier
        const exchange = new StreamedQuery<R>(query, session.statements, session.typesFor(query.types))
        return new FlowSource(carrier, exchange, query, { name: "a stream", channel: queryChannel, text: query.text })
      },
    })
  }
}
