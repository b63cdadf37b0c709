/**
 * The two packages with one interface that are compared: `pg` itself and pgline's face of it.
 */

import pg from "pg"
import ours from "../../../src/pg/index.ts"

/** The interface, as the comparison uses it: arguments are wrong on purpose. */
// biome-ignore lint/suspicious/noExplicitAny: no type fits two packages and the calls that neither allows
export type Face = any

/** Both, by name. */
export const faces: Readonly<Record<"pg" | "pgline", Face>> = { pg, pgline: ours }
