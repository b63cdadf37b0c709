/**
 * `require_auth`: a list of methods that the server may ask for, or of methods it may not, each with a leading `!`. The
 * two kinds don't mix and nothing may stand twice: a typo here is too dangerous to guess at.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH
 */

import type { AuthMethod, RequireAuth } from "./config.ts"
import { invalidSetting, type Settings, textOf } from "./setting.ts"

const METHODS: readonly AuthMethod[] = ["password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none"]

/** The list as a set of what is allowed, undefined when everything is. */
export function resolveRequireAuth(settings: Settings): RequireAuth | undefined {
  const text = textOf(settings, "require_auth")
  if (text === undefined) return undefined
  const refuse = (problem: string) => invalidSetting("require_auth", settings.get("require_auth"), problem)

  const items = text.split(",")
  const negated = items[0]!.startsWith("!")
  const named = new Set<AuthMethod>()
  for (const [i, item] of items.entries()) {
    if (item.startsWith("!") !== negated) {
      throw refuse('either all methods have a leading "!" or none has')
    }
    const word = negated ? item.slice(1) : item
    const method = METHODS.find((known) => known === word)
    if (method === undefined) throw refuse(`number ${i + 1} in the list must be one of ${METHODS.join(", ")}`)
    if (named.has(method)) throw refuse(`the method ${method} stands in the list more than once`)
    named.add(method)
  }
  const methods = negated ? new Set(METHODS.filter((method) => !named.has(method))) : named
  return Object.freeze({ text, methods })
}
