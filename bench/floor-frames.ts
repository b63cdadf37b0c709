/**
 * Messages for the floor runner, encoded once and sent as they are. Nothing here comes from the library under test.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function float64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

/** A timestamptz: microseconds from 2000. */
export function timestamp(value: Date): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value.getTime() - Date.UTC(2000, 0, 1)) * 1000n)
  return bytes
}

export function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** A type byte, the length, the parts. */
export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type, "latin1"), int32(body.length + 4), body])
}

export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [cstring(name), cstring(value)])
  const body = Buffer.concat([int32(0x30000), ...pairs, Buffer.alloc(1)])
  return Buffer.concat([int32(body.length + 4), body])
}

export const sync: Buffer = message("S")
export const terminate: Buffer = message("X")

export function query(text: string): Buffer {
  return message("Q", cstring(text))
}

export function parse(name: string, text: string): Buffer {
  return message("P", cstring(name), cstring(text), int16(0))
}

/** Bind and Execute with binary parameters and binary results. */
export function run(name: string, parameters: readonly Buffer[]): Buffer {
  const values = parameters.flatMap((parameter) => [int32(parameter.length), parameter])
  const bind = message("B", cstring(""), cstring(name), int16(1), int16(1), int16(parameters.length), ...values, BINARY)
  return Buffer.concat([bind, message("E", cstring(""), int32(0))])
}

/** One result format for all columns. */
const BINARY = Buffer.concat([int16(1), int16(1)])

/** Where the first parameter's bytes stand in what {@link run} returns. */
export function firstParameterOffset(name: string): number {
  return 5 + 1 + (Buffer.byteLength(name) + 1) + 2 + 2 + 2 + 4
}
