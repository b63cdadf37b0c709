/**
 * What the catalogs say of types: the one statement that asks for any number of them, by OID or by name, together with
 * everything they are made of; and how its answer, one JSON text, is read. Everything is named with its schema, operators
 * too, so that no `search_path` can lead it astray.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-type.html
 */

import type { Oid } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { CompositeAttribute } from "./composite.ts"
import type { TypeDescription } from "./known-types.ts"
import { quoteElement } from "./literal-scanner.ts"

/**
 * `$1` takes OIDs, `$2` SQL names as in `::regtype`, resolved by the session's `search_path`. Answers with one row of
 * one column. An array is told by its element, which knows the OID of its arrays.
 */
export const CATALOG_QUERY = `with recursive named as (
  select n.name, pg_catalog.to_regtype(n.name)::pg_catalog.oid as oid
  from pg_catalog.unnest($2::pg_catalog.text[]) as n(name)
), needed(oid) as (
  select o.oid from pg_catalog.unnest($1::pg_catalog.oid[]) as o(oid)
  union select named.oid from named where named.oid is not null
  union select d.oid from needed
  join pg_catalog.pg_type t on t.oid operator(pg_catalog.=) needed.oid
  cross join lateral (
    select t.typelem as oid
    union all select t.typbasetype
    union all select a.atttypid from pg_catalog.pg_attribute a
      where t.typtype operator(pg_catalog.=) 'c' and a.attrelid operator(pg_catalog.=) t.typrelid
      and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped
    union all select r.rngsubtype from pg_catalog.pg_range r where r.rngtypid operator(pg_catalog.=) t.oid
    union all select r.rngtypid from pg_catalog.pg_range r where r.rngmultitypid operator(pg_catalog.=) t.oid
  ) d where d.oid operator(pg_catalog.<>) 0::pg_catalog.oid
)
select pg_catalog.json_build_object(
  'names', (select pg_catalog.json_object_agg(named.name, named.oid::pg_catalog.int8) from named
    where named.oid is not null),
  'types', (select pg_catalog.json_agg(pg_catalog.json_build_object(
    'oid', t.oid::pg_catalog.int8, 'name', t.typname, 'schema', n.nspname, 'kind', t.typtype,
    'array', t.typarray::pg_catalog.int8, 'delimiter', t.typdelim,
    'binary', t.typreceive::pg_catalog.oid operator(pg_catalog.<>) 0::pg_catalog.oid
      and t.typsend::pg_catalog.oid operator(pg_catalog.<>) 0::pg_catalog.oid,
    'labels', (select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e
      where e.enumtypid operator(pg_catalog.=) t.oid),
    'attributes', (select pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, a.atttypid::pg_catalog.int8)
      order by a.attnum) from pg_catalog.pg_attribute a
      where t.typtype operator(pg_catalog.=) 'c' and a.attrelid operator(pg_catalog.=) t.typrelid
      and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped),
    'base', t.typbasetype::pg_catalog.int8,
    'subtype', (select r.rngsubtype::pg_catalog.int8 from pg_catalog.pg_range r
      where r.rngtypid operator(pg_catalog.=) t.oid),
    'range', (select r.rngtypid::pg_catalog.int8 from pg_catalog.pg_range r
      where r.rngmultitypid operator(pg_catalog.=) t.oid)))
  from needed join pg_catalog.pg_type t on t.oid operator(pg_catalog.=) needed.oid
  join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) t.typnamespace
  where not exists (select from pg_catalog.pg_type e
    where e.oid operator(pg_catalog.=) t.typelem and e.typarray operator(pg_catalog.=) t.oid)))::pg_catalog.text`

/** What the catalogs have answered. */
export interface CatalogAnswer {
  readonly types: readonly TypeDescription[]
  /** What the names mean that were asked for and exist. */
  readonly names: readonly (readonly [name: string, oid: Oid])[]
}

interface TypeRow {
  readonly oid: Oid
  readonly name: string
  readonly schema: string
  /** `pg_type.typtype`. */
  readonly kind: string
  readonly array: Oid
  readonly delimiter: string
  /** Whether the server can read and write its binary form. */
  readonly binary: boolean
  readonly labels: readonly string[] | null
  readonly attributes: readonly (readonly [name: string, oid: Oid])[] | null
  readonly base: Oid
  readonly subtype: Oid | null
  readonly range: Oid | null
}

/** The text form of the query's parameters. */
export function catalogParameters(oids: readonly Oid[], names: readonly string[]): readonly [string, string] {
  return [`{${oids.join()}}`, `{${names.map((name) => quoteElement(name)).join()}}`]
}

/** Reads the query's answer. @throws DecodeError when it is none */
export function readCatalogAnswer(text: string): CatalogAnswer {
  try {
    const { types, names } = JSON.parse(text) as {
      readonly types: readonly TypeRow[] | null
      readonly names: Readonly<Record<string, Oid>> | null
    }
    // Both are null when there are none, and never left out.
    if (types === undefined || names === undefined) throw new TypeError("it has no types or no names")
    return { types: (types ?? []).map(describe), names: Object.entries(names ?? {}) }
  } catch (cause) {
    throw new DecodeError("json", "the answer of the catalogs cannot be read", { cause })
  }
}

function describe(row: TypeRow): TypeDescription {
  const { oid, name, schema, delimiter } = row
  if (typeof oid !== "number" || typeof name !== "string" || typeof schema !== "string") {
    throw new TypeError("a type has no OID, name or schema")
  }
  const head = { oid, name, schema, arrayOid: row.array, delimiter }
  switch (row.kind) {
    case "e":
      return { ...head, kind: "enum", labels: row.labels ?? [] }
    case "d":
      return { ...head, kind: "domain", baseOid: row.base }
    case "c":
      return { ...head, kind: "composite", attributes: (row.attributes ?? []).map(attribute) }
    case "r":
      return { ...head, kind: "range", subtypeOid: row.subtype ?? 0 }
    case "m":
      return { ...head, kind: "multirange", rangeOid: row.range ?? 0 }
    default:
      return { ...head, kind: "base", ...(row.binary === false && { hasBinary: false }) }
  }
}

function attribute([name, oid]: readonly [string, Oid]): CompositeAttribute {
  return { name, oid }
}
