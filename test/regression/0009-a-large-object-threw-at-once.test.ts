/** Methods of a large object threw where they promise to reject, and `seek` took any third word for "end". */

import { expect, it } from "vitest"
import { connect, errors, type Whence } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("every refusal is a rejection", async () => {
  await using db = await connect(sharedServer.url)
  const oid = await db.largeObjects.create()
  try {
    const object = await db.largeObjects.open(oid, "r")
    const refused = [object.write("x"), object.truncate(1), object.read(-1), object.seek(0, "begin" as Whence)]
    for (const call of refused) await expect(call).rejects.toBeInstanceOf(errors.UsageError)
    await object.close()
    for (const call of [object.read(), object.tell(), object.size(), object.seek(0)]) {
      await expect(call).rejects.toThrow("closed")
    }
  } finally {
    await db.largeObjects.unlink(oid)
  }
})
