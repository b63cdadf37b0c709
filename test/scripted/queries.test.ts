import { describe, expect, test } from "vitest"
import { ConnectionError, PglineError, ProtocolError } from "../../src/errors/client-error.ts"
import { sql } from "../../src/sql/tag.ts"
import { against } from "../support/against.ts"
import { extendedAnswer, extendedRows, failure, simpleAnswer } from "../support/backend-answers.ts"
import * as backend from "../support/backend-messages.ts"
import { bindFields, type FrontendFrame, parseFields, queryText } from "../support/frontend-frames.ts"
import type { ScriptedConnection } from "../support/scripted-backend.ts"
import { failureOf, within } from "../support/within.ts"

const fatal = backend.errorResponse("57P01", "terminating connection", { S: "FATAL", V: "FATAL" })

/** Answers every request by itself: a Query or a Bind with its first parameter, or the text, as the row. */
async function echo(client: ScriptedConnection, order: string[] = []): Promise<void> {
  let parsed = ""
  for (;;) {
    const frame = await client.receive()
    switch (frame.type) {
      case "P":
        parsed = parseFields(frame).text
        await client.send(backend.parseComplete())
        break
      case "D":
        await client.send(
          backend.parameterDescription(...parametersOf(parsed)),
          backend.rowDescription({ name: "n", typeOid: 25 }),
        )
        break
      case "B":
        order.push(rowOf(frame) ?? parsed)
        await client.send(backend.bindComplete())
        break
      case "E":
        await client.send(backend.dataRow(order.at(-1)!), backend.commandComplete("SELECT 1"))
        break
      case "Q":
        order.push(queryText(frame))
        await client.send(simpleAnswer("1").subarray(0, -6))
        await client.send(backend.readyForQuery())
        break
      case "S":
        await client.send(backend.readyForQuery())
        break
      case "X":
        return
    }
  }
}

/** The types of a statement's parameters: text for `$1`, text[] for `$1::list`. */
function parametersOf(text: string): number[] {
  if (text.includes("$1::list")) return [1009]
  return text.includes("$1") ? [25] : []
}

function rowOf(bind: FrontendFrame): string | undefined {
  return bindFields(bind)
    .values[0]?.toString("latin1")
    .replaceAll(/[^\x20-\x7e]/g, "")
}

describe("order", () => {
  test("whatever way each goes out, statements run in the order of their calls", async () => {
    const order: string[] = []
    await against(
      (client) => echo(client, order),
      async (db) => {
        const finished: number[] = []
        const calls: Promise<unknown>[] = []
        for (let i = 0; i < 200; i++) {
          const mark = String(i).padStart(4, "0")
          const ways: (() => Promise<unknown>)[] = [
            () => db.value("select $1", [mark]),
            () => db.value("select $1::list", [[mark]]),
            () => db.value(`select '${mark}'`),
            () => db.execute(`select '${mark}'`),
            () => db.value("select $1", [mark], { prepare: true }),
            () => db.value("select $1", [mark], { prepare: false }),
            () => db.value`select ${mark}`,
            () => db.value(sql`select ${mark}`, { timeout: 60_000 }),
            () => db.value(`select $1::list /* ${mark} */`, [[mark]]),
          ]
          // A different neighbour each time: 7 has no divisor in common with the number of ways.
          const call = ways[(i * 7 + Math.floor(i / ways.length)) % ways.length]!()
          calls.push(call.then(() => finished.push(i)))
        }
        await within("all of them", Promise.all(calls))
        expect(finished).toEqual(Array.from({ length: 200 }, (_, i) => i))
        expect(order.map((row) => Number(/\d{4}/.exec(row)![0]))).toEqual(finished)
      },
    )
  })
})

describe("replies that are no answer", () => {
  test.each([
    ["an unknown type", backend.message("!", Buffer.from("x"))],
    ["a ReadyForQuery too many", Buffer.concat([extendedAnswer("1"), backend.readyForQuery()])],
    ["a frame of a gigabyte in a short message", Buffer.concat([Buffer.from("2"), backend.int32(0x3fffffff)])],
    ["a negative length", Buffer.concat([Buffer.from("D"), backend.int32(-5)])],
    ["an HTTP answer", Buffer.from("HTTP/1.1 502 Bad Gateway\r\n\r\n")],
  ])("%s ends the connection with one ProtocolError", async (_, bytes) => {
    await against(
      async (client) => {
        await client.receiveUntil("S")
        await client.send(bytes)
        await client.untilClosed()
      },
      async (db) => {
        const calls = [db.value("select 1"), db.value("select 2"), db.value("select 3")]
        const outcomes = await within("all of them", Promise.allSettled(calls))
        const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as Error] : []))
        expect(errors.filter((error) => error instanceof ProtocolError).length).toBeLessThanOrEqual(1)
        for (const error of errors) expect(error).toBeInstanceOf(PglineError)
        expect(errors.some((error) => error instanceof ConnectionError)).toBe(true)
        expect(db.isClosed).toBe(true)
      },
    )
  })

  test("half a row and then the end: the rows are not there", async () => {
    const answer = extendedAnswer("1", "2")
    await against(
      async (client) => {
        await client.receiveUntil("S")
        await client.send(answer.subarray(0, answer.length - 26))
      },
      async (db) => {
        expect(await failureOf("query", db.rows("select n"))).toMatchObject({
          code: "PGLINE_CONNECTION",
          safeToRetry: false,
        })
      },
    )
  })

  test("an ErrorResponse behind CommandComplete is that query's; the one behind it is untouched", async () => {
    await against(
      async (client) => {
        await client.receiveUntil("S")
        await client.receiveUntil("S")
        await client.send(extendedRows("1"), failure("23503"), extendedAnswer("2"))
        await client.untilClosed()
      },
      async (db) => {
        const [first, second] = [db.value("insert"), db.value("select n")]
        expect(await failureOf("insert", first)).toMatchObject({ code: "23503" })
        expect(await within("select", second)).toBe(2)
      },
    )
  })
})

describe("the end of the connection", () => {
  test("FATAL while idle: the next query is refused and safe to send elsewhere", async () => {
    let said = (): void => {}
    const saying = new Promise<void>((resolve) => {
      said = resolve
    })
    await against(
      async (client) => {
        await client.send(fatal)
        said()
        await client.untilClosed()
      },
      async (db) => {
        await saying
        for (let i = 0; i < 1000 && !db.isClosed; i++) await new Promise((resolve) => setImmediate(resolve))
        expect(db.isClosed).toBe(true)
        expect(await failureOf("query", db.value("select 1"))).toMatchObject({
          code: "PGLINE_CONNECTION",
          safeToRetry: true,
          cause: { code: "57P01" },
        })
      },
    )
  })

  test("FATAL while busy: all that were sent are told, none is safe", async () => {
    await against(
      async (client) => {
        await client.receiveUntil("S")
        await client.send(fatal)
      },
      async (db) => {
        const outcomes = await within(
          "all of them",
          Promise.allSettled([db.value("select 1"), db.execute("select 2"), db.value("select 3")]),
        )
        for (const outcome of outcomes) {
          expect(outcome).toMatchObject({
            reason: { code: "PGLINE_CONNECTION", safeToRetry: false, cause: { code: "57P01" } },
          })
        }
      },
    )
  })

  test.each(["FIN", "RST"] as const)(
    "a thousand pipelined queries and a %s in the middle: each settles",
    async (ending) => {
      await against(
        async (client) => {
          for (let i = 0; i < 300; i++) {
            await client.receiveUntil("S")
            await client.send(extendedAnswer(String(i)))
          }
          if (ending === "RST") client.reset()
          else await client.close()
        },
        async (db) => {
          const calls = Array.from({ length: 1000 }, () =>
            db.value<number>("select n", [], { prepare: false, rows: "object" }),
          )
          const outcomes = await within("all of them", Promise.allSettled(calls))
          for (const [i, outcome] of outcomes.entries()) {
            if (outcome.status === "fulfilled") expect(outcome.value).toBe(i)
            else expect(outcome.reason).toMatchObject({ code: "PGLINE_CONNECTION", safeToRetry: false })
          }
          const answered = outcomes.findIndex(({ status }) => status === "rejected")
          expect(answered).toBeGreaterThanOrEqual(ending === "FIN" ? 300 : 0)
          expect(outcomes.slice(answered).every(({ status }) => status === "rejected")).toBe(true)
        },
      )
    },
  )

  test("close waits for what is queued, over a server that answers byte by byte", async () => {
    await against(
      async (client) => {
        for (let i = 0; i < 5; i++) {
          await client.receiveUntil("S")
          await client.sendChunked({ size: 1 }, extendedAnswer(String(i)))
        }
        await client.expect("X")
      },
      async (db) => {
        const calls = Array.from({ length: 5 }, () => db.value("select n", [], { prepare: false }))
        const closed = db.close()
        expect(await failureOf("late query", db.value("select n"))).toMatchObject({ safeToRetry: true })
        expect(await failureOf("late script", db.execute("select n"))).toMatchObject({ safeToRetry: true })
        expect(await within("queries", Promise.all(calls))).toEqual([0, 1, 2, 3, 4])
        await within("close", closed)
      },
    )
  })

  test("close with a timeout ends a query that the server never answers", async () => {
    await against(
      async (client) => {
        await client.receiveUntil("S")
        await client.untilClosed()
      },
      async (db) => {
        const call = failureOf("query", db.value("select pg_sleep(1e9)"))
        await within("close", db.close({ timeout: 20 }))
        expect(await call).toMatchObject({ code: "PGLINE_CONNECTION_CLOSED", safeToRetry: false })
      },
    )
  })
})

describe("a peer that reads slowly", () => {
  test("megabytes of parameters wait, and all arrive in order once it reads", async () => {
    const big = "x".repeat(300_000)
    let sizes: number[] = []
    let read = (): void => {}
    const reading = new Promise<void>((resolve) => {
      read = resolve
    })
    await against(
      async (client) => {
        client.socket.pause()
        await reading
        client.socket.resume()
        for (let i = 0; i < 40; i++) {
          const frames = await client.receiveUntil("S")
          const bind = frames.find(({ type }) => type === "B")!
          sizes.push(bindFields(bind).values[0]!.length)
          await client.send(extendedAnswer(String(i)))
        }
        await client.untilClosed()
      },
      async (db) => {
        sizes = []
        const calls: Promise<unknown>[] = []
        for (let i = 0; i < 40; i++) {
          calls.push(db.value(`select $1 -- ${i}`, [`${big}${"y".repeat(i)}`]))
          await new Promise((resolve) => setImmediate(resolve))
        }
        read()
        expect(await within("all of them", Promise.all(calls))).toEqual(Array.from({ length: 40 }, (_, i) => i))
        expect(sizes).toEqual(Array.from({ length: 40 }, (_, i) => big.length + i))
      },
    )
  })
})
