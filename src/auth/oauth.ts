/**
 * OAUTHBEARER: one message with a bearer token that a function of the caller's obtains. Where the token comes from, a
 * device flow or a cloud's identity service, is the function's business.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7628
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html#SASL-OAUTHBEARER
 */

import type { OAuthConfig } from "../config/config.ts"
import { AuthenticationError } from "../errors/client-error.ts"
import { askFunction } from "./callers-function.ts"

export const OAUTHBEARER = "OAUTHBEARER"

const SEPARATOR = "\x01"

/** The client's only message. @throws AuthenticationError without a token or with a malformed one. */
export async function oauthInitialResponse(
  oauth: OAuthConfig | undefined,
  user: string,
  hostLabel: string,
): Promise<string> {
  if (oauth?.token === undefined) {
    throw new AuthenticationError(`authentication at ${hostLabel} failed: the server wants a token; set oauthToken`)
  }
  const { token: ask, issuer, clientId, scope } = oauth
  const request = { user, host: hostLabel, issuer, clientId, clientSecret: oauth.clientSecret?.(), scope }
  const token = await askFunction("oauthToken", () => ask(request))
  // b64token of RFC 6750; anything else could smuggle further fields into the message.
  if (typeof token !== "string" || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new AuthenticationError(`authentication at ${hostLabel} failed: oauthToken did not return a bearer token`)
  }
  return `n,,${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`
}

/** The reason in the server's refusal, a JSON object, as far as it can be shown. */
export function oauthRefusal(data: Uint8Array): string {
  const fields: unknown = parseJson(new TextDecoder().decode(data))
  const known: string[] = []
  for (const name of ["status", "scope", "openid-configuration"]) {
    const value = typeof fields === "object" && fields !== null ? Reflect.get(fields, name) : undefined
    if (typeof value === "string") known.push(`${name} ${JSON.stringify(value.slice(0, 200))}`)
  }
  return `the server refused the bearer token${known.length === 0 ? "" : ` (${known.join(", ")})`}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
