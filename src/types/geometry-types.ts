/**
 * What a PostGIS geometry looks like in JavaScript, and the number of each type in well-known binary. The shapes are
 * GeoJSON's as far as that goes; the types it does not have (curves, surfaces) list their members in `geometries`.
 *
 * @see https://postgis.net/docs/using_postgis_dbmanagement.html#RefObject
 */

/** `[x, y]`, `[x, y, z]`, `[x, y, m]` if measured, `[x, y, z, m]`; `[]` for the empty point. */
export type Position = readonly number[]

/** The positions of a geometry, nested as its type wants. */
export type Coordinates =
  | Position
  | readonly Position[]
  | readonly (readonly Position[])[]
  | readonly (readonly (readonly Position[])[])[]

/** What is nested in what. */
export type GeometryShape = "position" | "positions" | "rings" | "parts" | "members"

/** The name of a geometry's type. */
export type GeometryType =
  | "Point"
  | "LineString"
  | "Polygon"
  | "MultiPoint"
  | "MultiLineString"
  | "MultiPolygon"
  | "GeometryCollection"
  | "CircularString"
  | "CompoundCurve"
  | "CurvePolygon"
  | "MultiCurve"
  | "MultiSurface"
  | "PolyhedralSurface"
  | "Tin"
  | "Triangle"

/** What is known of a type: its number, its nesting, and what a multi-geometry has several of. */
interface TypeEntry {
  readonly code: number
  readonly shape: GeometryShape
  readonly part?: GeometryType
}

const TYPES: Readonly<Record<GeometryType, TypeEntry>> = {
  Point: { code: 1, shape: "position" },
  LineString: { code: 2, shape: "positions" },
  Polygon: { code: 3, shape: "rings" },
  MultiPoint: { code: 4, shape: "parts", part: "Point" },
  MultiLineString: { code: 5, shape: "parts", part: "LineString" },
  MultiPolygon: { code: 6, shape: "parts", part: "Polygon" },
  GeometryCollection: { code: 7, shape: "members" },
  CircularString: { code: 8, shape: "positions" },
  CompoundCurve: { code: 9, shape: "members" },
  CurvePolygon: { code: 10, shape: "members" },
  MultiCurve: { code: 11, shape: "members" },
  MultiSurface: { code: 12, shape: "members" },
  PolyhedralSurface: { code: 15, shape: "members" },
  Tin: { code: 16, shape: "members" },
  Triangle: { code: 17, shape: "rings" },
}

/** A PostGIS geometry or geography. */
export interface Geometry {
  readonly type: GeometryType
  /** The positions, for all types but those that have {@link geometries}. */
  readonly coordinates?: Coordinates
  /** The members of collections, curves of several parts and surfaces. */
  readonly geometries?: readonly Geometry[]
  /** The spatial reference system; absent when it is unknown. */
  readonly srid?: number
  /** True when the last number of each position is a measure M. */
  readonly measured?: boolean
}

const NAMES: ReadonlyMap<number, GeometryType> = new Map(
  (Object.keys(TYPES) as GeometryType[]).map((type) => [TYPES[type].code, type]),
)

/** The type that a number stands for. */
export function typeOfCode(code: number): GeometryType | undefined {
  return NAMES.get(code)
}

/** The number that stands for a type. */
export function codeOfType(type: GeometryType): number {
  return TYPES[type].code
}

/** Whether a value is the name of a type. */
export function isGeometryType(name: unknown): name is GeometryType {
  return typeof name === "string" && Object.hasOwn(TYPES, name)
}

/** How the coordinates of a type are nested. */
export function shapeOf(type: GeometryType): GeometryShape {
  return TYPES[type].shape
}

/** What a multi-geometry has several of; undefined for any other type. */
export function partOf(type: GeometryType): GeometryType | undefined {
  return TYPES[type].part
}
