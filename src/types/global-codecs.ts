/**
 * Codecs that the application has registered for all connections it opens from then on. Connections and queries that
 * say otherwise about the same type win.
 */

import { type CustomCodec, checkCustomCodec } from "./custom-codec.ts"

const registered: Set<CustomCodec> = new Set()

/** What has been registered, oldest first. */
export const globalCodecs: Iterable<CustomCodec> = registered

/**
 * Has values of a type read and written by functions of the caller's on every connection that is opened from now on. For
 * one connection there is `connection.types.register`, for a pool or a query the option `types.custom`.
 *
 * @returns takes it back, for connections that are opened after that
 *
 * @example
 * ```ts
 * types.register({ name: "numeric", decode: (text) => new Decimal(text), encode: (value) => String(value) })
 * ```
 */
export function register<T>(codec: CustomCodec<T>): () => void {
  checkCustomCodec(codec)
  const entry: CustomCodec = { ...codec }
  registered.add(entry)
  return () => {
    registered.delete(entry)
  }
}
