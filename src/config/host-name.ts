/**
 * What cannot be a host's name but is often given as one: a URL, a piece of a password, further parameters. It is
 * refused before the resolver or a message could repeat it.
 */

const MISTAKES: readonly (readonly [pattern: RegExp, problem: string])[] = [
  [/:\/\//, "must be a name, not a URL: that is connect's first argument"],
  [/@/, 'must not contain "@": in a connection URI, one that belongs to the user or the password is written %40'],
  [/[;=]/, 'must not contain ";" or "=": in a connection string, parameters are separated by spaces'],
  [/\s/, "must not contain spaces"],
  [/^([^:]+|\[.*\]):\d+$/, "must not contain the port, which is a parameter of its own"],
  [/^\[.*\]$/, "must not have brackets: an IPv6 address stands in them in connection URIs only"],
]

/** What is wrong with a host's name, without repeating it; undefined when it may be one. */
export function hostNameProblem(name: string): string | undefined {
  return MISTAKES.find(([pattern]) => pattern.test(name))?.[1]
}
