import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { compile } from "../support/compile.ts"
import { root, typescriptFiles } from "./source-files.ts"

const files = typescriptFiles("test/typing")
  .filter((path) => !path.startsWith("node-postgres/"))
  .map((path) => `test/typing/${path}`)

describe("what the compiler makes of the API", () => {
  it("is what test/typing says: it accepts what is meant, and refuses what is marked", () => {
    expect(compile(files).diagnostics).toEqual([])
  })

  it("has refusals in each of its files", () => {
    expect(files.length).toBeGreaterThan(8)
    for (const path of files) {
      const refusals = readFileSync(join(root, path), "utf8").split("// @ts-expect-error").length - 1
      expect([path, refusals > 2]).toEqual([path, true])
    }
  })

  it("would tell of what is accepted wrongly", () => {
    const text = 'import { sql } from "../../src/index.ts"\n// @ts-expect-error a name is a string\nsql.id("fine")\n'
    expect(compile(["test/typing/wrong.ts"], new Map([["test/typing/wrong.ts", text]])).diagnostics).toEqual([
      "test/typing/wrong.ts(2,1): Unused '@ts-expect-error' directive.",
    ])
  })
})

/** One query of each kind that applications are made of. */
const QUERIES = [
  "await db.rows`select * from users where id = $" + "{1}`",
  "await db.one<User>`select * from users where id = $" + "{1}`",
  "await db.value<bigint>`select count(*) from users`",
  'await db.query("select * from users where id = $1", [1])',
  'await db.rows("select id, name from users", [], { rows: "tuple" })',
  'await db.rows<number>(sql`select id from users`, { rows: "scalar" })',
  "await db.first<User>(sql`select * from $" + '{sql.id("users")}`, { timeout: 5 })',
  'await db.one("select * from users", [], { rows: into(Person) })',
  'await db.executeMany("insert into users values ($1)", [[1]])',
  "for await (const user of db.stream<User>`select * from users`) console.log(user.id)",
]

/** An application with so many queries. */
function application(count: number): string {
  const queries = Array.from({ length: count }, (_, i) => QUERIES[i % QUERIES.length])
  return `import { into, type Queryable, sql } from "../../src/index.ts"
interface User { id: number }
class Person { name = "" }
export async function run(db: Queryable): Promise<void> {
${queries.join("\n")}
}
`
}

describe("the compiler's work", () => {
  const cost = (count: number) => {
    const path = "test/typing/application.ts"
    const { diagnostics, ...counts } = compile([path], new Map([[path, application(count)]]))
    expect(diagnostics).toEqual([])
    return counts
  }

  it("on an application is little, and grows by little with each query", () => {
    const few = cost(100)
    const many = cost(300)
    expect(few.types).toBeLessThan(2000)
    expect(few.instantiations).toBeLessThan(1500)
    expect((many.types - few.types) / 200).toBeLessThan(6)
    expect((many.instantiations - few.instantiations) / 200).toBeLessThan(6)
  })
})
