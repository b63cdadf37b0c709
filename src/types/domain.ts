/**
 * A domain is its base type under another name: the same values in the same forms. Whether a value keeps the domain's
 * constraints is for the server to say.
 *
 * @see https://www.postgresql.org/docs/current/domains.html
 */

import type { Codec } from "./codec.ts"

/** The codec of a domain over a type. */
export function domainOf<T>(name: string, base: Codec<T>): Codec<T> {
  return { ...base, name }
}
