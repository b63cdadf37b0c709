/**
 * Fails a test file that leaves something open. Compares what keeps the event loop alive before the file's first line
 * with what does after its last hook, and gives closing handles a moment to go. Registered first, so it runs last.
 */

import { afterAll } from "vitest"

/** Handles of the test runner's own and one-shot work that ends by itself. */
const ignored: ReadonlySet<string> = new Set(["CloseReq", "FSReqCallback", "FSReqPromise", "Immediate", "TickObject"])

/** How often each kind of resource keeps the loop alive now. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) {
    if (!ignored.has(kind)) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  }
  return counts
}

/** What is open now beyond what was open before, as words. */
function leftOpen(before: ReadonlyMap<string, number>): string[] {
  const kinds: string[] = []
  for (const [kind, count] of activeResources()) {
    const extra = count - (before.get(kind) ?? 0)
    if (extra > 0) {
      kinds.push(`${extra} × ${kind}`)
    }
  }
  return kinds
}

const before = activeResources()

afterAll(async () => {
  let open = leftOpen(before)
  for (let round = 0; open.length > 0 && round < 100; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20).unref())
    await new Promise((resolve) => setImmediate(resolve))
    open = leftOpen(before)
  }
  if (open.length > 0) {
    throw new Error(`the file's tests are over, but these are still open: ${open.join(", ")}`)
  }
})
