/**
 * PostGIS's geometry and geography as GeoJSON-like objects with their SRID, read from and written as extended well-known
 * binary, whose hexadecimal digits are the types' text form. Any GeoJSON geometry is a parameter as it is; a string is
 * one, too (`SRID=4326;POINT(1 2)`).
 *
 * Coordinates have two to four numbers, all of one geometry the same. Of an empty geometry Z and M are not kept.
 *
 * @see https://postgis.net/docs/using_postgis_dbmanagement.html
 */

import { allocateBytes, viewBytes } from "#platform"
import { ByteSource } from "../base/byte-source.ts"
import { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { EwkbReader } from "./ewkb-reader.ts"
import { writeEwkb } from "./ewkb-writer.ts"
import { type Geometry, isGeometryType } from "./geometry-types.ts"
import { textForm } from "./text-form.ts"

const EXPECTED = "a geometry { type, coordinates } or a string"

/** geometry as `{ type, coordinates, srid }`. */
export const geometryCodec: Codec<Geometry> = makeCodec("geometry")

/** geography as `{ type, coordinates, srid }`. */
export const geographyCodec: Codec<Geometry> = makeCodec("geography")

function makeCodec(name: string): Codec<Geometry> {
  return {
    name,
    resultFormat: BINARY,
    decodeText: (source, start, end) => {
      const bytes = parseHex(name, source, start, end)
      return new EwkbReader(name, bytes, 0, bytes.bytes.length).read()
    },
    decodeBinary: (source, start, end) => new EwkbReader(name, source, start, end).read(),
    encodeText: (value) => {
      if (!isGeometry(value)) return textForm(name, EXPECTED, value)
      const writer = new ByteWriter(64)
      writeEwkb(name, value, writer)
      return viewBytes(writer.written()).hexSlice(0, writer.length).toUpperCase()
    },
    encodeBinary: (value, writer) => {
      if (!isGeometry(value)) return false
      writeEwkb(name, value, writer)
      return true
    },
  }
}

function isGeometry(value: unknown): value is Geometry {
  return typeof value === "object" && value !== null && isGeometryType((value as Partial<Geometry>).type)
}

/** The bytes that hexadecimal digits stand for. */
function parseHex(name: string, source: ByteSource, start: number, end: number): ByteSource {
  const bytes = allocateBytes((end - start) >> 1)
  for (let i = 0, at = start; i < bytes.length; i++, at += 2) {
    const byte = digit(source.bytes[at]!) * 16 + digit(source.bytes[at + 1]!)
    if (Number.isNaN(byte)) throw new DecodeError(name, "the text is not hexadecimal")
    bytes[i] = byte
  }
  if ((end - start) % 2 !== 0) throw new DecodeError(name, "the text is not hexadecimal")
  return new ByteSource(bytes)
}

function digit(character: number): number {
  if (character >= 48 && character <= 57) return character - 48
  const letter = character | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : Number.NaN
}
