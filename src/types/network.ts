/**
 * inet, cidr, macaddr and macaddr8: the text that the server prints, from both formats. Its own rules are kept: a cidr
 * always shows its prefix length, an inet only when it is shorter than the address, and IPv6 addresses with an IPv4
 * inside end in dotted numbers.
 *
 *     inet, cidr:  family | prefix length | is cidr | address length | address
 *                  2 or 3      bits           0, 1       4 or 16
 *
 * @see https://www.postgresql.org/docs/current/datatype-net-types.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import { type Address, parseAddress, parseHardwareAddress } from "./address-parser.ts"
import type { Codec } from "./codec.ts"
import { textForm } from "./text-form.ts"

const FAMILY_V4 = 2
const FAMILY_V6 = 3
const HEADER = 4
const GROUPS = 8

/** inet as text: `192.168.0.1`, `192.168.0.1/24`, `::1`. */
export const inetCodec: Codec<string> = addressCodec("inet")

/** cidr as text: `192.168.0.0/24`. */
export const cidrCodec: Codec<string> = addressCodec("cidr")

/** macaddr as text: `08:00:2b:01:02:03`. */
export const macaddrCodec: Codec<string> = hardwareCodec("macaddr", 6)

/** macaddr8 as text: `08:00:2b:01:02:03:04:05`. */
export const macaddr8Codec: Codec<string> = hardwareCodec("macaddr8", 8)

function addressCodec(name: "inet" | "cidr"): Codec<string> {
  return {
    name,
    resultFormat: TEXT,
    decodeText: (source, start, end) => source.ascii(start, end),
    decodeBinary: (source, start, end) => addressText(name, source, start, end),
    encodeText: (value) => textForm(name, "a string", value),
    encodeBinary: (value, writer) => {
      const address = typeof value === "string" ? parseAddress(value) : undefined
      if (address === undefined || (name === "cidr" && hasHostBits(address))) return false
      return writeAddress(address, name === "cidr", writer)
    },
  }
}

function hardwareCodec(name: string, size: number): Codec<string> {
  return {
    name,
    resultFormat: TEXT,
    decodeText: (source, start, end) => source.ascii(start, end),
    decodeBinary: (source, start, end) => {
      if (end - start !== size) throw new DecodeError(name, `${size} bytes expected, ${end - start} received`)
      const digits = source.bytes.hexSlice(start, end)
      let text = digits.slice(0, 2)
      for (let at = 2; at < digits.length; at += 2) text += `:${digits.slice(at, at + 2)}`
      return text
    },
    encodeText: (value) => textForm(name, "a string", value),
    encodeBinary: (value, writer) => {
      const address = typeof value === "string" ? parseHardwareAddress(value, size) : undefined
      if (address === undefined) return false
      for (const byte of address) writer.int8(byte)
      return true
    },
  }
}

/** Whether a bit to the right of the prefix is set, which the server refuses in a cidr, best in text. */
function hasHostBits({ bytes, bits }: Address): boolean {
  return bytes.some((byte, i) => (byte & (0xff >> Math.max(0, Math.min(8, bits - i * 8)))) !== 0)
}

function writeAddress(address: Address, isCidr: boolean, writer: ByteWriter): true {
  const size = address.bytes.length
  writer.int8(size === 4 ? FAMILY_V4 : FAMILY_V6)
  writer.int8(address.bits)
  writer.int8(isCidr ? 1 : 0)
  writer.int8(size)
  for (const byte of address.bytes) writer.int8(byte)
  return true
}

function addressText(name: "inet" | "cidr", source: ByteSource, start: number, end: number): string {
  const { bytes } = source
  const size = end - start - HEADER
  const family = size < 0 ? 0 : bytes[start]!
  const expected = family === FAMILY_V4 ? 4 : 16
  if ((family !== FAMILY_V4 && family !== FAMILY_V6) || size !== expected || bytes[start + 3] !== expected) {
    throw new DecodeError(name, "neither an IPv4 nor an IPv6 address")
  }
  const bits = bytes[start + 1]!
  if (bits > expected * 8) throw new DecodeError(name, "the prefix is longer than the address")
  const address = family === FAMILY_V4 ? dotted(bytes, start + HEADER) : colons(source, start + HEADER)
  return name === "cidr" || bits < expected * 8 ? `${address}/${bits}` : address
}

function dotted(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

/** An IPv6 address with its longest run of two or more zero groups left out. */
function colons(source: ByteSource, start: number): string {
  const { view } = source
  let runStart = -1
  let runLength = 1
  for (let group = 0, length = 0; group < GROUPS; group++) {
    length = view.getUint16(start + group * 2) === 0 ? length + 1 : 0
    if (length > runLength) {
      runLength = length
      runStart = group - length + 1
    }
  }
  const runEnd = runStart + runLength
  const dottedEnd = runStart === 0 && holdsIPv4(source, start, runLength)
  let text = ""
  for (let group = 0; group < GROUPS; group++) {
    if (runStart >= 0 && group >= runStart && group < runEnd) {
      if (group === runStart) text += ":"
      continue
    }
    if (group > 0) text += ":"
    if (dottedEnd && group === 6) return text + dotted(source.bytes, start + 12)
    text += view.getUint16(start + group * 2).toString(16)
  }
  return runStart >= 0 && runEnd === GROUPS ? `${text}:` : text
}

/** Whether the server shows the last four bytes as IPv4, given the length of the run of zeros in front. */
function holdsIPv4(source: ByteSource, start: number, zeros: number): boolean {
  return zeros === 6 || (zeros === 5 && source.view.getUint16(start + 10) === 0xffff)
}
