/**
 * The TCP keepalive parameters. A zero leaves the system's default; libpq takes negative numbers for zero.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES
 */

import type { KeepalivesConfig } from "./config.ts"
import type { Keyword } from "./keywords.ts"
import { integerOf, type Settings } from "./setting.ts"

/** Reads all five; intervals are seconds in strings and milliseconds among options. */
export function resolveKeepalives(settings: Settings): KeepalivesConfig {
  return Object.freeze({
    enabled: settings.get("keepalives")?.value !== "" && integerOf(settings, "keepalives") !== 0,
    idleMs: durationMs(settings, "keepalives_idle"),
    intervalMs: durationMs(settings, "keepalives_interval"),
    count: Math.max(integerOf(settings, "keepalives_count") ?? 0, 0),
    tcpUserTimeoutMs: Math.max(integerOf(settings, "tcp_user_timeout") ?? 0, 0),
  })
}

function durationMs(settings: Settings, keyword: Keyword): number {
  const value = Math.max(integerOf(settings, keyword) ?? 0, 0)
  return settings.get(keyword)?.inMilliseconds ? value : value * 1000
}
