/**
 * The range of protocol versions to accept. Without a word from the caller that is 3.0 only, because poolers and old
 * servers fail on more; asking for at least 3.2 lifts the maximum as well. There was never a 3.1.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-MIN-PROTOCOL-VERSION
 */

import { invalidSetting, type Settings } from "./setting.ts"

/** Versions as in the StartupMessage: the major number in the upper half. */
export const PROTOCOL_3_0 = 196608
export const PROTOCOL_3_2 = 196610

/** Reads min_protocol_version and max_protocol_version. */
export function resolveProtocolVersions(settings: Settings): {
  readonly minProtocolVersion: number
  readonly maxProtocolVersion: number
} {
  const min = parseVersion(settings, "min_protocol_version") ?? PROTOCOL_3_0
  const max = parseVersion(settings, "max_protocol_version") ?? min
  if (min > max) {
    throw invalidSetting("min_protocol_version", settings.get("min_protocol_version"), "exceeds max_protocol_version")
  }
  return { minProtocolVersion: min, maxProtocolVersion: max }
}

function parseVersion(
  settings: Settings,
  keyword: "min_protocol_version" | "max_protocol_version",
): number | undefined {
  const text = settings.get(keyword)?.value
  switch (text) {
    case undefined:
      return undefined
    case "3.0":
      return PROTOCOL_3_0
    case "3.2":
    case "latest":
      return PROTOCOL_3_2
    default:
      throw invalidSetting(keyword, settings.get(keyword), "must be 3.0, 3.2 or latest")
  }
}
