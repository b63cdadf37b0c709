/**
 * The policy: when a repeated statement earns a name on the server. It decides and never sends.
 */

import type { PrepareOption } from "./query.ts"
import type { Statement } from "./statement.ts"

/** What the connection's options say about preparing. */
export interface PreparePolicy {
  /** How many times a text is run before it is prepared under a name; 0 prepares at the first use. */
  readonly threshold: number
  /** True behind a pooler that changes servers between transactions: no statement may outlive its Sync. */
  readonly pooler: boolean
}

/** Texts longer than this, in UTF-16 units, are rarely repeated and cost the server memory for as long as they live. */
const MAX_NAMED_TEXT = 16 * 1024

/** Whether this run should give the statement a name. */
export function earnsName(statement: Statement, option: PrepareOption, policy: PreparePolicy): boolean {
  if (policy.pooler || option === false || !statement.isKept) return false
  if (option === true) return true
  return statement.uses >= policy.threshold && statement.text.length <= MAX_NAMED_TEXT
}
