/**
 * Values as plain data that can be compared across two implementations of one interface: class names, own keys in their
 * order and contents, without what differs from run to run.
 */

/** Own keys that hold inner state, addresses of other objects or times. */
const HIDDEN: ReadonlySet<string> = new Set([
  "stack",
  "client",
  "_parsers",
  "_types",
  "_events",
  "_eventsCount",
  "_maxListeners",
])

/** What is compared in place of a value. */
export function describeValue(value: unknown, depth = 6): unknown {
  switch (typeof value) {
    case "object":
      return value === null ? null : describeObject(value, depth)
    case "function":
      return `function of ${value.length}`
    case "number":
      return Number.isInteger(value) && !Object.is(value, -0) ? value : `number ${Object.is(value, -0) ? "-0" : value}`
    case "string":
      return value.replaceAll(/pg_temp_\d+/g, "pg_temp")
    case "boolean":
      return value
    default:
      return `${typeof value} ${String(value)}`
  }
}

function describeObject(value: object, depth: number): unknown {
  if (depth === 0) return "…"
  if (value instanceof Date) return { Date: Number.isNaN(value.getTime()) ? "invalid" : value.toISOString() }
  if (Buffer.isBuffer(value)) return { Buffer: value.toString("hex") }
  if (Array.isArray(value)) return value.map((element) => describeValue(element, depth - 1))
  const keys = Object.keys(value).filter(
    (key) => !HIDDEN.has(key) && key !== "routine" && key !== "line" && key !== "file",
  )
  // What was made for the test has another number each time.
  if ("tableID" in value && Number(value.tableID) >= 16_384) return describeObject({ ...value, tableID: "own" }, depth)
  const content = keys.map((key) => [key, describeValue(ownValue(value, key), depth - 1)])
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? "null prototype"
  if (value instanceof Error) return { Error: name, text: String(value), keys: Object.keys(value), content }
  return { [name]: content }
}

/** A key's value; an error's length is without the name of a temporary schema, whose number has one digit or two. */
function ownValue(owner: object, key: string): unknown {
  const value = (owner as Record<string, unknown>)[key]
  const schema = "schema" in owner ? String(owner.schema) : ""
  return key === "length" && /^pg_temp_\d+$/.test(schema) ? Number(value) - schema.length : value
}

/** What a call gives back before anything is awaited. */
export function kindOf(value: unknown): string {
  if (value instanceof Promise) return value.constructor === Promise ? "Promise" : `Promise (${value.constructor.name})`
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "object"
  return typeof value
}
