/**
 * The connection service file: `[service]` sections of `keyword=value` lines, no blanks around the sign, no quoting.
 * What a section says never overrides what options or connection string have said.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */

import type { Platform } from "../base/platform.ts"
import { ConfigError } from "../errors/client-error.ts"
import { findKeyword } from "./keywords.ts"
import { type Settings, textOf } from "./setting.ts"

/** The longest line libpq reads, in bytes with the line feed. */
const LONGEST_LINE = 1023
/** Where the system-wide file is when PGSYSCONFDIR doesn't say; libpq's own place depends on how it was built. */
const SYSTEM_DIRECTORY = "/etc/postgresql-common"

/** Adds the service's parameters to those that are not set yet. @throws ConfigError when there is no such service. */
export function applyService(settings: Settings, platform: Platform): void {
  const service = settings.get("service")?.value ?? platform.env("PGSERVICE")
  if (service === undefined) return

  const named = textOf(settings, "servicefile") ?? platform.env("PGSERVICEFILE")
  if (named !== undefined) {
    if (readSection(named, service, settings, platform)) return
  } else {
    const home = platform.isWindows ? platform.env("APPDATA") : platform.env("HOME") || platform.homeDirectory()
    const folder = platform.isWindows ? "/postgresql" : ""
    const personal = home && `${home}${folder}/.pg_service.conf`
    if (personal && platform.fileStatus(personal) !== undefined) {
      if (readSection(personal, service, settings, platform)) return
    }
  }
  const system = `${platform.env("PGSYSCONFDIR") ?? SYSTEM_DIRECTORY}/pg_service.conf`
  if (platform.fileStatus(system) !== undefined && readSection(system, service, settings, platform)) return
  throw new ConfigError("service: no service file has a section of the wanted name", { keyword: "service" })
}

/** Takes the section's parameters over; false when the file doesn't have it. */
function readSection(path: string, service: string, settings: Settings, platform: Platform): boolean {
  let text: string
  try {
    text = new TextDecoder().decode(platform.readFile(path))
  } catch {
    throw new ConfigError(`service file "${path}" cannot be read`, { keyword: "service" })
  }
  const found: Settings = new Map()
  let inSection = false
  const lines = text.split("\n")
  for (const [index, raw] of lines.entries()) {
    const where = `service file "${path}", line ${index + 1}`
    if (new TextEncoder().encode(raw).length >= LONGEST_LINE) throw refuse(`${where}: the line is too long`)
    const line = raw.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "")
    if (line === "" || line.startsWith("#")) continue
    if (line.startsWith("[")) {
      if (inSection) break
      inSection = line.startsWith(`[${service}]`)
      continue
    }
    if (inSection) readLine(line, where, found)
  }
  if (!inSection) return false
  for (const [keyword, setting] of found) if (!settings.has(keyword)) settings.set(keyword, setting)
  return true
}

function readLine(line: string, where: string, found: Settings): void {
  if (line.startsWith("ldap")) throw refuse(`${where}: LDAP look-ups are not supported`)
  const equals = line.indexOf("=")
  if (equals < 0) throw refuse(`${where}: missing "="`)
  const info = findKeyword(line.slice(0, equals))
  if (info === undefined) throw refuse(`${where}: unknown keyword`)
  if (info.keyword === "service" || info.keyword === "servicefile") {
    throw refuse(`${where}: a service cannot name another service`)
  }
  // The first of two equal names wins here: libpq never overrides what is set.
  if (!found.has(info.keyword)) found.set(info.keyword, { value: line.slice(equals + 1), place: where })
}

function refuse(problem: string): ConfigError {
  return new ConfigError(problem, { keyword: "service" })
}
