/**
 * IPv4, IPv6 and hardware addresses from text to the bytes that the server keeps. It takes the plain ways to write them
 * and returns undefined for the many others that only the server knows (`10.1`, `08002b:010203`).
 *
 * @see https://www.postgresql.org/docs/current/datatype-net-types.html
 */

/** Without leading zeros, which the server takes in some places only. */
const DECIMAL = /^(?:0|[1-9]\d{0,2})$/
const V6_PART = /^[0-9A-Fa-f]{1,4}$/
const HARDWARE = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+$/

/** An address and the length of its prefix. */
export interface Address {
  /** Four bytes, or sixteen. */
  readonly bytes: readonly number[]
  readonly bits: number
}

/** `10.0.0.1/8` or `2001:db8::1`; without a length the prefix is the whole address. */
export function parseAddress(text: string): Address | undefined {
  const slash = text.indexOf("/")
  const host = slash < 0 ? text : text.slice(0, slash)
  const bytes = host.includes(":") ? parseV6(host) : parseV4(host)
  if (bytes === undefined) return undefined
  if (slash < 0) return { bytes, bits: bytes.length * 8 }
  const prefix = text.slice(slash + 1)
  const bits = Number(prefix)
  return DECIMAL.test(prefix) && bits <= bytes.length * 8 ? { bytes, bits } : undefined
}

/** `08:00:2b:01:02:03` of exactly `size` bytes. */
export function parseHardwareAddress(text: string, size: number): readonly number[] | undefined {
  if (text.length !== size * 3 - 1 || !HARDWARE.test(text)) return undefined
  return text.split(":").map((byte) => Number.parseInt(byte, 16))
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split(".")
  if (parts.length !== 4 || !parts.every((part) => DECIMAL.test(part))) return undefined
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte < 256) ? bytes : undefined
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split("::")
  const head = parseGroups(halves[0]!, halves.length === 1)
  if (halves.length === 1) return head?.length === 16 ? head : undefined
  const tail = parseGroups(halves[1]!, true)
  if (halves.length > 2 || head === undefined || tail === undefined || head.length + tail.length > 14) return undefined
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

/** Groups of 16 bits, the last of which may be an IPv4 address where the whole one ends. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  const bytes: number[] = []
  if (text === "") return bytes
  const groups = text.split(":")
  for (const [at, group] of groups.entries()) {
    if (V6_PART.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    } else {
      const v4 = last && at === groups.length - 1 ? parseV4(group) : undefined
      if (v4 === undefined) return undefined
      bytes.push(...v4)
    }
  }
  return bytes
}
