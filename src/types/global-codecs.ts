/**
 * Codecs that the application has registered for all connections it opens from then on. Connections and queries that
 * say otherwise about the same type win.
 */

import { ConfigError } from "../errors/client-error.ts"
import type { CustomCodec } from "./custom-codec.ts"
import { parseTypeName } from "./type-name.ts"

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
  if (codec.oid === undefined && parseTypeName(codec.name) === undefined) {
    throw new ConfigError(`types.register: ${JSON.stringify(codec.name)} is no type's name`)
  }
  const entry: CustomCodec = { ...codec }
  registered.add(entry)
  return () => {
    registered.delete(entry)
  }
}
