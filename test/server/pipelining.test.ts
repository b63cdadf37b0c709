/** Queries made without awaiting the ones before: each gets its own answer, in the order of the calls. */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { startBrokenProxy } from "../support/broken-proxy.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe("answers", () => {
  it("come to their own queries, ten thousand at once", async () => {
    for (let round = 0; round < 2; round++) {
      const values = await Promise.all(numbers(10_000).map((n) => db.value("select $1::int4", [n])))
      expect(values).toEqual(numbers(10_000))
    }
  })

  it("come to their own queries, many texts and methods mixed", async () => {
    const ask = (n: number): Promise<unknown> => {
      switch (n % 7) {
        case 0:
          return db.value("select $1::int4", [n])
        case 1:
          return db.rows("select i from generate_series(1, $1::int4) i", [n % 5], { rows: "scalar" })
        case 2:
          return db.value(`select ${n} + $1::int8`, [1])
        case 3:
          return db.value("select $1::jsonb", [{ n }])
        case 4:
          return db
            .execute(`select ${n}; select 'x'`, { rows: "scalar" })
            .then((results) => results.flatMap(({ rows }) => rows))
        case 5:
          return db.value("select $1::text", [`${n}`], { prepare: false })
        default:
          return db.query("select where false").then(({ rowCount }) => rowCount)
      }
    }
    const answer = (n: number): unknown =>
      [n, numbers(n % 5).map((i) => i + 1), BigInt(n + 1), { n }, [n, "x"], `${n}`, 0][n % 7]
    expect(await Promise.all(numbers(3000).map(ask))).toEqual(numbers(3000).map(answer))
  })

  it("come in the order of the calls", async () => {
    const order: number[] = []
    await Promise.all(
      numbers(200).map(async (n) => {
        await (n % 3 ? db.value("select $1::int4", [n]) : db.value("select $1::int4[]", [[n]]))
        order.push(n)
      }),
    )
    expect(order).toEqual(numbers(200))
  })

  it("come whatever pieces the network cuts them into", async () => {
    const { host, port } = sharedServer
    await using proxy = await startBrokenProxy({ host, port })
    await using slow = await connect(proxy.urlFor(sharedServer.url))
    proxy.setTrouble("toClient", { pieceBytes: 7 })
    proxy.setTrouble("toServer", { pieceBytes: 11 })
    const values = await Promise.all(
      numbers(60).map((n) => slow.rows("select $1::int4 as n, repeat('x', $1) as x", [n])),
    )
    expect(values).toEqual(numbers(60).map((n) => [{ n, x: "x".repeat(n) }]))
    proxy.setTrouble("toClient", {})
    proxy.setTrouble("toServer", {})
  })
})

describe("errors", () => {
  it("touch only the query that made them", async () => {
    for (let round = 0; round < 3; round++) {
      const results = await Promise.allSettled(
        numbers(1000).map((n) => {
          if (n % 10 === 3) return db.value("select 1 / $1::int4", [0])
          if (n % 10 === 5) return db.value(`selec ${n}`)
          if (n % 10 === 7) return db.value("select $1::int4", ["no number"])
          if (n % 10 === 8) return db.value("select $1::int4[]", [[{}]])
          if (n % 10 === 9) return db.execute("select 1; select 1/0")
          return db.value("select $1::int4", [n])
        }),
      )
      const kinds = {
        3: errors.DivisionByZero,
        5: errors.SyntaxError,
        7: errors.EncodeError,
        8: errors.EncodeError,
        9: errors.DivisionByZero,
      }
      for (const [n, result] of results.entries()) {
        const kind = kinds[(n % 10) as 3]
        if (kind === undefined) expect(result).toEqual({ status: "fulfilled", value: n })
        else expect(result.status === "rejected" && result.reason).toBeInstanceOf(kind)
      }
    }
    expect(db.info.transactionStatus).toBe("idle")
  })

  it("of a transaction's statement fail those behind it up to the rollback", async () => {
    await db.execute("drop table if exists piped; create temp table piped (n int)")
    const results = await Promise.allSettled([
      db.query("begin"),
      db.query("insert into piped values ($1)", [1]),
      db.query("select 1/0"),
      db.query("insert into piped values ($1)", [2]),
      db.query("rollback"),
      db.query("insert into piped values ($1)", [3]),
    ])
    expect(results.map((result) => (result.status === "rejected" ? result.reason.code : ""))).toEqual([
      "",
      "",
      "22012",
      "25P02",
      "",
      "",
    ])
    expect(await db.rows("select n from piped", [], { rows: "scalar" })).toEqual([3])
  })
})

describe("side effects", () => {
  it("happen in the order of the calls, whatever way each is sent", async () => {
    await db.execute("drop table if exists happened; create temp table happened (at serial, n int)")
    // Objects wait for the description of their statement, strings do not, scripts take the simple protocol.
    const kinds: ((n: number) => Promise<unknown>)[] = [
      (n) => db.query("insert into happened (n) values ($1)", [n]),
      (n) => db.query("insert into happened (n) values (($1::int4[])[1])", [[n]]),
      (n) => db.query(`insert into happened (n) values (($1::jsonb->>'n')::int) -- ${n}`, [{ n }]),
      (n) => db.execute(`insert into happened (n) values (${n})`),
      (n) => db.query(`insert into happened (n) values (${n})`, [], { prepare: false }),
      (n) => db.query("insert into happened (n) values ($1)", [`${n}`], { prepare: true }),
      (n) =>
        db.query("insert into happened (n) select $1 where extract(year from $2::timestamptz) = 2026", [
          n,
          new Date("2026-06-01"),
        ]),
    ]
    await Promise.all(numbers(700).map((n) => kinds[(n * n + n) % kinds.length]?.(n)))
    expect(await db.rows("select n from happened order by at", [], { rows: "scalar" })).toEqual(numbers(700))
  })

  it("are seen by the very next query", async () => {
    await db.execute("drop table if exists counter; create temp table counter as select 0 as n")
    const seen = await Promise.all(
      numbers(300).flatMap((n) => [
        db.query("update counter set n = $1", [n]),
        n % 2 ? db.value("select n from counter") : db.value("select n from counter where $1::jsonb is not null", [{}]),
      ]),
    )
    expect(seen.filter((value) => typeof value === "number")).toEqual(numbers(300))
  })

  it("of settings count from the next query on", async () => {
    const [, berlin, , tokyo] = await Promise.all([
      db.query("set timezone = 'Europe/Berlin'"),
      db.value("select current_setting('timezone')"),
      db.query("set timezone = 'Asia/Tokyo'"),
      db.value("select current_setting('timezone')"),
      db.query("reset timezone"),
    ])
    expect([berlin, tokyo]).toEqual(["Europe/Berlin", "Asia/Tokyo"])
  })
})

describe("back-pressure", () => {
  it("large requests and large replies at once block nobody", async () => {
    const texts = numbers(64).map((n) => String.fromCharCode(97 + (n % 26)).repeat(1_000_000))
    for (let round = 0; round < 2; round++) {
      const values = await Promise.all(texts.map((text) => db.value("select $1::text", [text])))
      expect(values.every((value, i) => value === texts[i])).toBe(true)
    }
  })

  it("large replies to small requests, with large requests behind", async () => {
    const large = new Uint8Array(1_000_000).fill(7)
    const results = await Promise.all(
      numbers(48).map((n) =>
        n % 2
          ? db.value<number>("select octet_length($1::bytea)", [large])
          : db.value<string>("select repeat('y', 1000000)").then((text) => text?.length),
      ),
    )
    expect(results).toEqual(numbers(48).map(() => 1_000_000))
  })

  it("close waits for all of it", async () => {
    const other = await connect(sharedServer.url)
    const text = "z".repeat(1_000_000)
    const values = numbers(24).map((n) => other.value<string>("select $1::text || $2", [text, `${n}`]))
    const closed = other.close()
    expect((await Promise.all(values)).every((value, n) => value === text + n)).toBe(true)
    await closed
  })
})

it("a query may be made in the answer to another, on and on", async () => {
  let depth = 0
  const next = async (n: number): Promise<void> => {
    expect(await db.value("select $1::int4", [n])).toBe(n)
    depth++
    if (n < 500) await next(n + 1)
  }
  await Promise.all([next(0), next(250), ...numbers(50).map((n) => db.value("select $1::int4", [n]))])
  expect(depth).toBe(501 + 251)
})
