import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { StatementCache } from "../../../src/query/statement-cache.ts"

const policy = { threshold: 1, pooler: false }

describe("StatementCache", () => {
  test("gives the same statement for the same text and types", () => {
    const cache = new StatementCache(10, policy)
    const plain = cache.statement("select $1", [])
    expect(cache.statement("select $1", [])).toBe(plain)
    expect(cache.statement("select $1", [23])).not.toBe(plain)
    expect(cache.statement("select $1", [23])).toBe(cache.statement("select $1", [23]))
    expect(cache.statement("select $1", [0, 23])).not.toBe(cache.statement("select $1", [23]))
  })

  test("a text that looks like another one's key is not that other one", () => {
    const cache = new StatementCache(10, policy)
    const declared = cache.statement("select $1", [23])
    const hostile = cache.statement("23\0select $1", [])
    expect(hostile).not.toBe(declared)
    expect(hostile.text).toBe("23\0select $1")
  })

  test("puts the name of whatever leaves down to be closed, once", () => {
    const cache = new StatementCache(2, policy)
    const first = cache.statement("select 1", [])
    cache.name(first)
    const { name } = first
    cache.statement("select 2", [])
    cache.statement("select 3", [])
    expect([cache.closing, first.name]).toEqual([[name], ""])
    cache.clearClosing()
    expect(cache.closing).toEqual([])
    cache.closeLater([name])
    expect(cache.closing).toEqual([name])
  })

  test("names are the same on every connection, fit into an identifier, and never two at once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.array(fc.nat(), { maxLength: 2 })), { maxLength: 20 }),
        (wanted) => {
          const [one, other] = [new StatementCache(100, policy), new StatementCache(100, policy)]
          const names = new Set<string>()
          const statements = new Set(wanted.map(([text, oids]) => one.statement(text, oids)))
          for (const statement of statements) {
            one.name(statement)
            expect(statement.name).toMatch(/^pgline_[0-9a-z_]+$/)
            expect(statement.name.length).toBeLessThan(64)
            expect(names.has(statement.name)).toBe(false)
            names.add(statement.name)
            const twin = other.statement(statement.text, statement.declaredOids)
            other.name(twin)
            expect(twin.name).toBe(statement.name)
          }
        },
      ),
    )
  })

  test("a name that was never sent is free again and is not closed", () => {
    const cache = new StatementCache(10, policy)
    const statement = cache.statement("select 1", [])
    cache.name(statement)
    const { name } = statement
    cache.unname(statement)
    expect([statement.name, cache.closing]).toEqual(["", []])
    cache.name(statement)
    expect(statement.name).toBe(name)
  })

  test("releasing all of them closes every name", () => {
    const cache = new StatementCache(10, policy)
    const statements = ["select 1", "select 2", "select 3"].map((text) => cache.statement(text, []))
    cache.name(statements[0]!)
    cache.name(statements[2]!)
    const names = [statements[0]!.name, statements[2]!.name]
    cache.releaseAll()
    expect(cache.closing).toEqual(names)
    expect(statements.map(({ name, uses }) => [name, uses])).toEqual([
      ["", 0],
      ["", 0],
      ["", 0],
    ])
  })

  test("with a capacity of 0 remembers nothing and says so", () => {
    const cache = new StatementCache(0, policy)
    const statement = cache.statement("select 1", [])
    expect(statement.isKept).toBe(false)
    expect(cache.statement("select 1", [])).not.toBe(statement)
    expect(cache.closing).toEqual([])
  })
})
