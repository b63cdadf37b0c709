/**
 * A geometry object → PostGIS's extended well-known binary, in network byte order. How many numbers a position has is
 * taken from the first one found; every other position has to have as many.
 *
 * @see https://postgis.net/docs/using_postgis_dbmanagement.html#EWKB_EWKT
 */

import type { ByteWriter } from "../base/byte-writer.ts"
import { EncodeError } from "../errors/client-error.ts"
import { type Coordinates, codeOfType, type Geometry, isGeometryType, partOf, shapeOf } from "./geometry-types.ts"

const BIG_ENDIAN = 0
const Z_FLAG = 0x8000_0000
const M_FLAG = 0x4000_0000
const SRID_FLAG = 0x2000_0000
const DEEPEST = 200

/** Writes a geometry. @throws EncodeError when its coordinates are not those of its type. */
export function writeEwkb(name: string, geometry: Geometry, writer: ByteWriter): void {
  new EwkbWriter(name, geometry, writer).write()
}

class EwkbWriter {
  readonly #name: string
  readonly #geometry: Geometry
  readonly #writer: ByteWriter
  readonly #measured: boolean
  /** Numbers in each position. */
  readonly #size: number

  constructor(name: string, geometry: Geometry, writer: ByteWriter) {
    this.#name = name
    this.#geometry = geometry
    this.#writer = writer
    this.#measured = geometry.measured === true
    this.#size = sizeOf(geometry, new Set()) ?? (this.#measured ? 3 : 2)
    if (this.#size < (this.#measured ? 3 : 2) || this.#size > 4) this.#fail()
  }

  write(): void {
    this.#write(this.#geometry, this.#geometry.srid ?? 0, 0)
  }

  #write(geometry: Geometry, srid: number, depth: number): void {
    if (!isGeometryType(geometry?.type) || depth > DEEPEST) this.#fail()
    this.#header(geometry, srid)
    const { coordinates, type } = geometry
    switch (shapeOf(type)) {
      case "position":
        this.#point(coordinates)
        break
      case "positions":
        this.#positions(coordinates)
        break
      case "rings":
        this.#list(coordinates, (ring) => this.#positions(ring))
        break
      case "parts": {
        const part = partOf(type) ?? type
        this.#list(coordinates, (inner) => this.#write({ type: part, coordinates: inner as Coordinates }, 0, depth + 1))
        break
      }
      case "members":
        this.#list(geometry.geometries, (member) => this.#write(member as Geometry, 0, depth + 1))
        break
    }
  }

  #header(geometry: Geometry, srid: number): void {
    if (!Number.isInteger(srid) || srid < 0 || srid > 999_999) this.#fail()
    const hasZ = this.#size - (this.#measured ? 1 : 0) > 2
    const flags = (hasZ ? Z_FLAG : 0) + (this.#measured || this.#size === 4 ? M_FLAG : 0) + (srid === 0 ? 0 : SRID_FLAG)
    this.#writer.int8(BIG_ENDIAN)
    this.#writer.int32(codeOfType(geometry.type) + flags)
    if (srid !== 0) this.#writer.int32(srid)
  }

  /** A point's position; an empty one is written as NaNs. */
  #point(coordinates: unknown): void {
    if (Array.isArray(coordinates) && coordinates.length === 0) {
      for (let i = 0; i < this.#size; i++) this.#writer.float64(Number.NaN)
    } else this.#position(coordinates)
  }

  #positions(positions: unknown): void {
    this.#list(positions, (position) => this.#position(position))
  }

  #position(position: unknown): void {
    if (!Array.isArray(position) || position.length !== this.#size) this.#fail()
    for (const number of position) {
      if (typeof number !== "number") this.#fail()
      this.#writer.float64(number)
    }
  }

  #list(items: unknown, write: (item: unknown) => void): void {
    if (!Array.isArray(items)) this.#fail()
    this.#writer.int32(items.length)
    for (const item of items) write(item)
  }

  #fail(): never {
    const expected = "coordinates as its type has them, two to four numbers each, and an SRID below 1,000,000"
    throw new EncodeError(this.#name, expected, "other ones")
  }
}

/** How many numbers the first position has; undefined when there is none. What was seen is not searched again. */
function sizeOf(value: unknown, seen: Set<object>): number | undefined {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined
  seen.add(value)
  if (!Array.isArray(value)) {
    const { coordinates, geometries } = value as Partial<Geometry>
    return sizeOf(coordinates ?? geometries, seen)
  }
  if (typeof value[0] === "number") return value.length
  for (const item of value) {
    const size = sizeOf(item, seen)
    if (size !== undefined) return size
  }
  return undefined
}
