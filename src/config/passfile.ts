/**
 * The password file: `host:port:database:user:password` lines, the first that matches wins, `*` matches anything, a
 * backslash takes a colon or a backslash as it is. A file that others may read is not used, and the reason is told.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */

import type { Platform } from "../base/platform.ts"
import type { HostConfig } from "./config.ts"
import { isDefaultSocketDirectory } from "./hosts.ts"

/** What is looked up in the file. */
export interface PassfileKey {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

/** What became of the file. */
export interface PassfileContents {
  /** Undefined when the file doesn't exist or can't be used. */
  readonly text: string | undefined
  /** Why a file that exists was not used. */
  readonly problem: string | undefined
}

/** The place of the password file when nothing names one; undefined without a home directory. */
export function defaultPassfile(platform: Platform): string | undefined {
  if (platform.isWindows) {
    const data = platform.env("APPDATA")
    return data && `${data}/postgresql/pgpass.conf`
  }
  const home = platform.env("HOME") || platform.homeDirectory()
  return home && `${home}/.pgpass`
}

/** Reads the password file, unless it is missing or open to others. */
export function readPassfile(path: string, platform: Platform): PassfileContents {
  const status = platform.fileStatus(path)
  if (status === undefined) return { text: undefined, problem: undefined }
  if (!platform.isWindows) {
    if (!status.isFile) return { text: undefined, problem: `password file "${path}" is not a plain file` }
    if ((status.mode & 0o077) !== 0) {
      const problem = `password file "${path}" has group or world access; permissions should be u=rw (0600) or less`
      return { text: undefined, problem }
    }
  }
  try {
    return { text: new TextDecoder().decode(platform.readFile(path)), problem: undefined }
  } catch {
    return { text: undefined, problem: `password file "${path}" cannot be read` }
  }
}

/** The key under which a host's password stands in the file. */
export function passfileKey(host: HostConfig, database: string, user: string): PassfileKey {
  const name = host.isUnix && isDefaultSocketDirectory(host.host) ? "localhost" : host.host
  return { host: name, port: host.port, database, user }
}

/** The password of the first line that matches, undefined when none does. */
export function findPassword(text: string, key: PassfileKey): string | undefined {
  const wanted = [key.host, String(key.port), key.database, key.user]
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue
    const rest = matchFields(line.replace(/\r+$/, ""), wanted)
    if (rest !== undefined) return unescapePassword(rest)
  }
  return undefined
}

/** What follows the fields, when each is `*` or equal to what is wanted. */
function matchFields(line: string, wanted: readonly string[]): string | undefined {
  let i = 0
  for (const value of wanted) {
    if (line.startsWith("*:", i)) {
      i += 2
      continue
    }
    let matched = 0
    for (;;) {
      let c = line[i]
      const escaped = c === "\\"
      if (escaped) c = line[++i]
      if (c === undefined) return undefined
      if (c === ":" && !escaped && matched === value.length) break
      if (c !== value[matched]) return undefined
      matched++
      i++
    }
    i++
  }
  return line.slice(i)
}

/** The password ends at the first bare colon. */
function unescapePassword(field: string): string {
  let password = ""
  for (let i = 0; i < field.length && field[i] !== ":"; i++) {
    if (field[i] === "\\" && i + 1 < field.length) i++
    password += field[i]
  }
  return password
}
