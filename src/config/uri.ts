/**
 * `postgresql://` URIs exactly as libpq reads them:
 *
 *     postgresql://[user[:password]@][host][:port][,host[:port]…][/dbname][?name=value[&…]]
 *
 * Every part may be percent-encoded, IPv6 addresses stand in brackets, empty parts say nothing. Spaces around a part
 * are dropped and spaces inside one refused, as since libpq 17. Refusals tell the position, never the text.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */

import { ConfigError } from "../errors/client-error.ts"
import type { StorePair } from "./keyword-value.ts"

const PREFIXES = ["postgresql://", "postgres://"]
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** The length of the scheme that makes a string a URI, 0 when it has none. */
export function uriPrefixLength(text: string): number {
  return PREFIXES.find((prefix) => text.startsWith(prefix))?.length ?? 0
}

/** Reads a connection URI. @throws ConfigError when it is malformed. */
export function parseUri(text: string, store: StorePair): void {
  const start = uriPrefixLength(text)
  const hostsStart = readCredentials(text, start, store)
  let i = readHosts(text, hostsStart, store)
  if (text[i] === "/") {
    const end = endOf(text, i + 1, "?")
    storePart("dbname", text, i + 1, end, store)
    i = end
  }
  if (text[i] === "?") readParameters(text, i + 1, store)
}

/** Reads `user:password@`, if there is an at-sign before the first slash, and returns where the hosts begin. */
function readCredentials(text: string, start: number, store: StorePair): number {
  const at = endOf(text, start, "@/")
  if (text[at] !== "@") return start
  const userEnd = endOf(text, start, ":@")
  storePart("user", text, start, userEnd, store)
  if (text[userEnd] === ":") storePart("password", text, userEnd + 1, at, store)
  return at + 1
}

/** Reads `host:port,host:port` and returns where they end: at a slash, a question mark or the end. */
function readHosts(text: string, start: number, store: StorePair): number {
  let hosts = ""
  let ports = ""
  let i = start
  for (;;) {
    if (text[i] === "[") {
      const close = text.indexOf("]", i + 1)
      if (close < 0) throw malformed(i, 'the "[" of an IPv6 address is not closed')
      if (close === i + 1) throw malformed(i, "the IPv6 address in brackets is empty")
      hosts += text.slice(i + 1, close)
      i = close + 1
      if (i < text.length && !":/?,".includes(text[i]!)) {
        throw malformed(i, 'expected ":", "/", "?" or "," after an IPv6 address')
      }
    } else {
      const end = endOf(text, i, ":/?,")
      hosts += text.slice(i, end)
      i = end
    }
    if (text[i] === ":") {
      const end = endOf(text, i + 1, "/?,")
      ports += text.slice(i + 1, end)
      i = end
    }
    if (text[i] !== ",") break
    hosts += ","
    ports += ","
    i++
  }
  // The lists are decoded whole, so an encoded comma separates like a plain one, as it does in libpq.
  if (hosts !== "") store("host", decodePart(hosts, start), start)
  if (ports !== "") store("port", decodePart(ports, start), start)
  return i
}

function readParameters(text: string, start: number, store: StorePair): void {
  let i = start
  while (i < text.length) {
    const end = endOf(text, i, "&")
    const equals = text.indexOf("=", i)
    if (equals < 0 || equals >= end) throw malformed(i, 'a parameter has no "="')
    const second = text.indexOf("=", equals + 1)
    if (second >= 0 && second < end) throw malformed(second, 'a parameter has a second "="; write it as %3D')
    const name = decodePart(text.slice(i, equals), i)
    const value = decodePart(text.slice(equals + 1, end), equals + 1)
    // JDBC's way to say it, which libpq understands in URIs only.
    if (name === "ssl" && value === "true") store("sslmode", "require", i)
    else store(name, value, i)
    i = end + 1
  }
}

/** Stores a part unless it is empty: that means "not given", so that the environment is still asked. */
function storePart(name: string, text: string, start: number, end: number, store: StorePair): void {
  if (end > start) store(name, decodePart(text.slice(start, end), start), start)
}

/** Undoes percent-encoding. `offset` is where the part begins, for the message. */
function decodePart(part: string, offset: number): string {
  let first = 0
  let last = part.length
  while (part[first] === " ") first++
  while (last > first && part[last - 1] === " ") last--
  const trimmed = part.slice(first, last)
  const space = trimmed.indexOf(" ")
  if (space >= 0) throw malformed(offset + first + space, "unexpected space; write it as %20")
  if (!trimmed.includes("%")) return trimmed

  const bytes: number[] = []
  for (let i = 0; i < trimmed.length; ) {
    if (trimmed[i] === "%") {
      const hex = trimmed.slice(i + 1, i + 3)
      if (!/^[0-9A-Fa-f]{2}$/.test(hex)) throw malformed(offset + first + i, "invalid percent-encoding")
      if (hex === "00") throw malformed(offset + first + i, "a zero byte (%00) is not allowed")
      bytes.push(Number.parseInt(hex, 16))
      i += 3
    } else {
      const end = endOf(trimmed, i, "%")
      for (const byte of encoder.encode(trimmed.slice(i, end))) bytes.push(byte)
      i = end
    }
  }
  try {
    return decoder.decode(new Uint8Array(bytes))
  } catch {
    throw malformed(offset, "the percent-encoded bytes are not UTF-8")
  }
}

/** The index of the first of `stops` at or after `start`, or the text's length. */
function endOf(text: string, start: number, stops: string): number {
  let i = start
  while (i < text.length && !stops.includes(text[i]!)) i++
  return i
}

function malformed(offset: number, problem: string): ConfigError {
  return new ConfigError(`connection URI: ${problem} (character ${offset + 1})`)
}
