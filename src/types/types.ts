/**
 * What `import { types } from "pgline"` shows: the classes that values have, the OIDs of the built-in types, and the way
 * to register codecs for all connections.
 */

export { BoundedArray } from "./array-shape.ts"
export { register } from "./global-codecs.ts"
export { Interval } from "./interval.ts"
export { oids } from "./oids.generated.ts"
export { Range } from "./range.ts"
