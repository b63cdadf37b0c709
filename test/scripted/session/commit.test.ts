/** What a COMMIT can be answered by, and what that means. */

import { describe, expect, it } from "vitest"
import { errors } from "../../../src/index.ts"
import { against } from "../../support/against.ts"
import * as backend from "../../support/backend-messages.ts"
import type { ScriptedConnection } from "../../support/scripted-backend.ts"
import { failureOf, within } from "../../support/within.ts"

const rows = [
  backend.parseComplete(),
  backend.parameterDescription(),
  backend.rowDescription({ name: "n", typeOid: 25 }),
  backend.bindComplete(),
]

/** Takes BEGIN with the first statement in its train, and answers both. */
async function begin(client: ScriptedConnection): Promise<void> {
  await client.expect("PBEPDBES")
  const begun = [backend.parseComplete(), backend.bindComplete(), backend.commandComplete("BEGIN")]
  await client.send(
    ...begun,
    ...rows,
    backend.dataRow("1"),
    backend.commandComplete("SELECT 1"),
    backend.readyForQuery("T"),
  )
}

const described = [backend.parseComplete(), backend.parameterDescription(), backend.noData(), backend.bindComplete()]

/** What becomes of a transaction whose COMMIT is answered so. */
async function commitAnsweredBy(answer: (client: ScriptedConnection) => Promise<void>): Promise<Error> {
  let error!: Error
  await against(
    async (client) => {
      await begin(client)
      await client.expect("PDBES")
      await answer(client)
    },
    async (db) => {
      const tx = await db.begin()
      await within("first", tx.query`select 1`)
      error = await failureOf("commit", tx.commit())
      expect(tx.isOpen).toBe(false)
      await expect(tx.query`select 1`).rejects.toThrow(/the transaction has ended/)
    },
  )
  return error
}

describe("COMMIT", () => {
  it.each<readonly [string, (client: ScriptedConnection) => Promise<void>]>([
    ["the end of the connection", (client) => client.close()],
    ["a reset", async (client) => client.reset()],
    [
      "half an answer",
      async (client) => {
        await client.send(...described)
        await client.close()
      },
    ],
    [
      "its tag, but no ReadyForQuery",
      async (client) => {
        await client.send(...described, backend.commandComplete("COMMIT"))
        await client.close()
      },
    ],
    [
      "a fatal error",
      async (client) => {
        await client.send(backend.errorResponse("57P01", "going down", { S: "FATAL", V: "FATAL" }))
        await client.close()
      },
    ],
    [
      "what is no answer at all",
      async (client) => {
        await client.send(backend.dataRow("1"))
        await client.untilClosed()
      },
    ],
  ])("answered by %s may have worked", async (_, answer) => {
    const error = await commitAnsweredBy(answer)
    expect(error).toBeInstanceOf(errors.CommitUnknownError)
    expect(error).toMatchObject({ safeToRetry: false, transient: false, cause: expect.any(Error) })
    expect(error.message).toBe("the connection was lost during COMMIT: whether it has worked cannot be known")
  })

  it("answered by ROLLBACK has failed", async () => {
    const error = await commitAnsweredBy(async (client) => {
      await client.send(...described, backend.commandComplete("ROLLBACK"), backend.readyForQuery())
      await client.untilClosed()
    })
    expect(error).toBeInstanceOf(errors.CommitFailedError)
  })

  it("answered by an error has failed, and what the server leaves open is rolled back", async () => {
    const error = await commitAnsweredBy(async (client) => {
      await client.send(backend.errorResponse("23505", "late"), backend.readyForQuery("E"))
      await client.expect("PDBES")
      await client.send(...described, backend.commandComplete("ROLLBACK"), backend.readyForQuery())
      await client.untilClosed()
    })
    expect(error).toBeInstanceOf(errors.UniqueViolation)
  })

  it("that could not be sent any more has not worked", async () => {
    await against(
      async (client) => {
        await begin(client)
        await client.close()
      },
      async (db) => {
        const tx = await db.begin()
        await within("first", tx.query`select 1`)
        await expect.poll(() => db.isClosed).toBe(true)
        const error = await failureOf("commit", tx.commit())
        expect(error).toBeInstanceOf(errors.ConnectionError)
        expect(error).not.toBeInstanceOf(errors.CommitUnknownError)
        expect(error).toMatchObject({ safeToRetry: true })
      },
    )
  })
})

describe("BEGIN", () => {
  it("that is refused refuses what waits behind it, and there is nothing to end", async () => {
    await against(
      async (client) => {
        await client.expect("PBEPDBES")
        await client.send(backend.errorResponse("0A000", "not here"), backend.readyForQuery())
        await client.untilClosed()
      },
      async (db) => {
        const tx = await db.begin({ isolation: "serializable" })
        const [first, second] = [tx.query`select 1`, tx.execute("select 2")]
        expect(await failureOf("first", first)).toMatchObject({ code: "0A000" })
        expect(await failureOf("second", second)).toMatchObject({ code: "0A000" })
        expect(await failureOf("third", tx.query`select 3`)).toMatchObject({ code: "0A000" })
        await within("rollback", tx.rollback())
        expect(db.info.transactionStatus).toBe("idle")
      },
    )
  })
})

describe("asynchronous messages", () => {
  it("come between the rows of a query, and before any answer, without touching it", async () => {
    await against(
      async (client) => {
        const messages = await client.receiveUntil("S")
        expect(messages.map(({ type }) => type).join("")).toBe("PDBES")
        await client.send(...described, backend.commandComplete("LISTEN"), backend.readyForQuery())
        await client.receiveUntil("S")
        const note = (n: number): Buffer => backend.notificationResponse(7, "c", `n ${n}`)
        const notice = backend.noticeResponse("00000", "by the way")
        await client.send(
          note(1),
          rows[0]!,
          note(2),
          rows[1]!,
          rows[2]!,
          notice,
          rows[3]!,
          backend.dataRow("a"),
          note(3),
        )
        await client.send(backend.dataRow("b"), backend.commandComplete("SELECT 2"), note(4), backend.readyForQuery())
        await client.send(note(5))
        await client.untilClosed()
      },
      async (db) => {
        const heard: string[] = []
        await within(
          "listen",
          db.listen("c", ({ payload }) => heard.push(payload)),
        )
        const values = await within("query", db.rows("select n from t", [], { rows: "scalar" }))
        expect(values).toEqual(["a", "b"])
        await expect.poll(() => heard).toEqual(["n 1", "n 2", "n 3", "n 4", "n 5"])
      },
    )
  })
})
