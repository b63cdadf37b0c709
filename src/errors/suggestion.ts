/**
 * What a name that nobody knows may have been meant for.
 */

/**
 * `; did you mean "…"?` for a name that is nearly one of `known`, an empty string otherwise. Only known names are
 * ever repeated: what stands in the place of a keyword may be a piece of a password.
 */
export function suggestion(name: string, known: Iterable<string>): string {
  const wanted = simplify(name)
  let best = ""
  let bestDistance = 3
  for (const candidate of known) {
    const distance = editDistance(wanted, simplify(candidate), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best === "" ? "" : `; did you mean "${best}"?`
}

function simplify(name: string): string {
  return name.replaceAll(/[_-]/g, "").toLowerCase()
}

/** Levenshtein's distance, or any number of at least `limit` when it is that far. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
