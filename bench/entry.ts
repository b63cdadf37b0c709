/**
 * Where pgline is: a build, whose folder PGLINE_BENCH_BUILD names, or else the sources.
 */

/** The entries of the package, by the names of their files in a build. */
export const entrySources = {
  index: "src/index.ts",
  pg: "src/pg/index.ts",
  kysely: "src/adapters/kysely.ts",
  drizzle: "src/adapters/drizzle.ts",
} as const

/** The module of an entry. */
export function entryOf(name: keyof typeof entrySources): string {
  const build = process.env["PGLINE_BENCH_BUILD"]
  if (build === undefined) return new URL(`../${entrySources[name]}`, import.meta.url).href
  return new URL(`${name}.js`, build).href
}
