/**
 * Takes passwords and keys out of anything that becomes a message: connection strings in both of libpq's forms, SQL that
 * sets a password, verifiers, private keys. It knows them by where they stand, and replaces rather too much than too
 * little. A match consumes what it has looked at, so that hostile text costs no more than its length.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */

const MASK = "***"

// Runs of plain characters are taken in one step: each step is remembered, and a statement may have megabytes of them.
const QUOTED = /'(?:[^'\\]+|''|\\[\s\S])*'?/.source
/** Whether a quote behind a backslash ends the string is a setting's matter: where it may not, we go on. */
const SQL_QUOTED = /'(?:[^'\\]+|''|\\'+|\\[^'])*'?/.source
const DOUBLE_QUOTED = /"(?:[^"\\]+|\\[\s\S])*"?/.source
const UNQUOTED = /(?:[^\s\\'"]|\\.)(?:[^\s\\]+|\\.)*/.source

/** scheme://user:password@host, where the password may have what a careful person would have encoded. */
const URI = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/?#]*:)(\S+)/gi

/** Each keeps its first group and replaces the rest. */
const SECRETS: readonly RegExp[] = [
  // password=…, PGPASSWORD=…, sslpassword: …, "password": "…" and libpq's other secrets
  new RegExp(
    `((?:password|passwd|oauth_client_secret|scram_(?:client|server)_key)"?\\s*[=:](?!:)\\s*)(?:${QUOTED}|${DOUBLE_QUOTED}|${UNQUOTED})`,
    "gi",
  ),
  // CREATE ROLE … PASSWORD '…', OPTIONS (password '…')
  new RegExp(`(\\bpassword\\s+)(?:(?:E|U&)?${SQL_QUOTED}|\\$(\\w*)\\$[\\s\\S]*?(?:\\$\\2\\$|$))`, "gi"),
  // what the server stores instead of a password
  /(\bSCRAM-SHA-\d+\$\d+:)[A-Za-z0-9+/=$:]+/g,
  /(\bmd5)[0-9a-f]{32}\b/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?=-----END|$)/g,
]

/**
 * The text with `***` instead of every password and key in it, and of each of the given secrets; nothing but `***` when
 * that takes more than the regular expressions can remember.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  try {
    return redactAll(text, secrets)
  } catch {
    return MASK
  }
}

function redactAll(text: string, secrets: readonly string[]): string {
  let result = text
  for (const secret of secrets) {
    if (secret !== "") result = result.replaceAll(secret, MASK).replaceAll(encodeURIComponent(secret), MASK)
  }
  result = result.replace(URI, (uri, start: string, rest: string) => {
    const end = rest.lastIndexOf("@")
    return end === -1 ? uri : start + MASK + rest.slice(end)
  })
  for (const pattern of SECRETS) result = result.replace(pattern, `$1${MASK}`)
  return result
}

/** Redacts a statement and moves the position (in characters, from 1) to where its character is then. */
export function redactAround(
  text: string,
  position: number | undefined,
): { readonly text: string; readonly position: number | undefined } {
  const redacted = redact(text)
  if (position === undefined || redacted === text) return { text: redacted, position }
  const before = redact(firstCharacters(text, position - 1))
  return { text: redacted, position: countCharacters(before) + 1 }
}

// Not by way of an array: a statement may be as long as all its data.

function firstCharacters(text: string, count: number): string {
  let end = 0
  for (const character of text) {
    if (count-- <= 0) break
    end += character.length
  }
  return text.slice(0, end)
}

function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
