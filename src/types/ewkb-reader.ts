/**
 * PostGIS's extended well-known binary → a geometry object. Either byte order is read, and the numbers of types in both
 * ways there are to say Z and M: flags in the upper bits, as PostGIS writes, or thousands, as ISO does. Every count is
 * checked against the bytes there, and geometries inside one another go no deeper than PostGIS itself allows.
 *
 *     byte order   type and flags   srid if flagged   counts, coordinates, geometries
 *       1 byte         uint32           int32            uint32    float8
 *
 * @see https://postgis.net/docs/using_postgis_dbmanagement.html#EWKB_EWKT
 */

import type { ByteSource } from "../base/byte-source.ts"
import { DecodeError } from "../errors/client-error.ts"
import {
  type Coordinates,
  type Geometry,
  type GeometryType,
  type Position,
  partOf,
  shapeOf,
  typeOfCode,
} from "./geometry-types.ts"

const Z_FLAG = 0x8000_0000
const M_FLAG = 0x4000_0000
const SRID_FLAG = 0x2000_0000
const CODE_MASK = 0x0fff_ffff
const DEEPEST = 200
/** Byte order, type and a count: no geometry is smaller. */
const SMALLEST_GEOMETRY = 9

/** Reads one geometry and the ones inside it. */
export class EwkbReader {
  readonly #name: string
  readonly #view: DataView<ArrayBuffer>
  readonly #end: number
  #at: number

  constructor(name: string, source: ByteSource, start: number, end: number) {
    this.#name = name
    this.#view = source.view
    this.#at = start
    this.#end = end
  }

  /** The geometry that fills all bytes. */
  read(): Geometry {
    const geometry = this.#geometry(0)
    if (this.#at !== this.#end) this.#fail("there are bytes behind it")
    return geometry
  }

  #geometry(depth: number): Geometry {
    if (depth > DEEPEST) this.#fail("there are too many geometries inside one another")
    this.#need(5)
    const little = this.#view.getUint8(this.#at) === 1
    const header = this.#view.getUint32(this.#at + 1, little)
    this.#at += 5
    const code = header & CODE_MASK
    const thousands = Math.floor(code / 1000)
    const type = typeOfCode(code % 1000)
    if (type === undefined || thousands > 3) this.#fail("its type is unknown")
    const hasZ = (header & Z_FLAG) !== 0 || thousands === 1 || thousands === 3
    const measured = (header & M_FLAG) !== 0 || thousands >= 2
    const srid = (header & SRID_FLAG) === 0 ? 0 : this.#srid(little)
    const size = 2 + (hasZ ? 1 : 0) + (measured ? 1 : 0)
    return {
      type,
      ...this.#body(type, size, measured, little, depth),
      ...(srid !== 0 && { srid }),
      ...(measured && { measured }),
    }
  }

  #body(
    type: GeometryType,
    size: number,
    measured: boolean,
    little: boolean,
    depth: number,
  ): Pick<Geometry, "coordinates" | "geometries"> {
    switch (shapeOf(type)) {
      case "position":
        return { coordinates: this.#position(size, little) }
      case "positions":
        return { coordinates: this.#positions(size, little) }
      case "rings":
        return { coordinates: this.#rings(size, little) }
      case "parts":
        return { coordinates: this.#parts(partOf(type), measured, little, depth) }
      case "members":
        return { geometries: this.#members(little, depth) }
    }
  }

  /** The coordinates of a multi-geometry, which are those of its parts. */
  #parts(type: GeometryType | undefined, measured: boolean, little: boolean, depth: number): Coordinates {
    const parts = this.#members(little, depth)
    if (parts.some((part) => part.type !== type || (part.measured ?? false) !== measured)) {
      this.#fail("its parts are of another type")
    }
    return parts.map(({ coordinates = [] }) => coordinates) as Coordinates
  }

  #members(little: boolean, depth: number): Geometry[] {
    const count = this.#count(SMALLEST_GEOMETRY, little)
    const members: Geometry[] = []
    for (let i = 0; i < count; i++) members.push(this.#geometry(depth + 1))
    return members
  }

  #rings(size: number, little: boolean): Position[][] {
    const count = this.#count(4, little)
    const rings: Position[][] = []
    for (let i = 0; i < count; i++) rings.push(this.#positions(size, little))
    return rings
  }

  #positions(size: number, little: boolean): Position[] {
    const count = this.#count(size * 8, little)
    const positions = new Array<Position>(count)
    for (let i = 0; i < count; i++) positions[i] = this.#numbers(size, little)
    return positions
  }

  /** A point's position; one of NaNs only is how an empty point is written. */
  #position(size: number, little: boolean): Position {
    this.#need(size * 8)
    const position = this.#numbers(size, little)
    return position.every(Number.isNaN) ? [] : position
  }

  #numbers(size: number, little: boolean): Position {
    const numbers: number[] = []
    for (let i = 0; i < size; i++, this.#at += 8) numbers.push(this.#view.getFloat64(this.#at, little))
    return numbers
  }

  #srid(little: boolean): number {
    this.#need(4)
    this.#at += 4
    return this.#view.getInt32(this.#at - 4, little)
  }

  /** A count of things of at least `size` bytes each that have to be there. */
  #count(size: number, little: boolean): number {
    this.#need(4)
    const count = this.#view.getUint32(this.#at, little)
    this.#at += 4
    this.#need(count * size)
    return count
  }

  #need(bytes: number): void {
    if (bytes > this.#end - this.#at) this.#fail("it is shorter than it says")
  }

  #fail(problem: string): never {
    throw new DecodeError(this.#name, problem)
  }
}
