import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { redact, redactAround } from "../../../src/errors/redact.ts"

describe("redact", () => {
  test.each([
    ["postgresql://u:S3CRET@h/db", "postgresql://u:***@h/db"],
    ["postgres://:S3CRET@h", "postgres://:***@h"],
    ["postgres://u:S3@CR/ET@h/db", "postgres://u:***@h/db"],
    ["postgres://u@h/db?password=S3CRET", "postgres://u@h/db?password=***"],
    ["host=a password=S3CRET user=b", "host=a password=*** user=b"],
    ["password = 'S3\\'CRET x' user=b", "password = *** user=b"],
    ["password=S3\\ CRET user=b", "password=*** user=b"],
    ["password='S3CRET", "password=***"],
    ["sslpassword=S3CRET", "sslpassword=***"],
    ["oauth_client_secret=S3CRET scram_client_key=S3CRET", "oauth_client_secret=*** scram_client_key=***"],
    ["PGPASSWORD=S3CRET psql", "PGPASSWORD=*** psql"],
    ['{"password":"S3\\"CRET","x":1}', '{"password":***,"x":1}'],
    ["{ password: 'S3CRET' }", "{ password: *** }"],
    ["create role x password 'S3''CRET' login", "create role x password *** login"],
    ["alter role x PASSWORD E'S3\\'CRET'", "alter role x PASSWORD ***"],
    ["alter role x password $q$S3'CRET$q$;", "alter role x password ***;"],
    ["alter role x password $$S3CRET", "alter role x password ***"],
    ["user mapping options (user 'u', password 'S3CRET')", "user mapping options (user 'u', password ***)"],
    ["SCRAM-SHA-256$4096:c2FsdA==$stored:server", "SCRAM-SHA-256$4096:***"],
    ["md5d41d8cd98f00b204e9800998ecf8427e", "md5***"],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nS3CRET\n-----END RSA PRIVATE KEY-----",
      "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
    ],
  ])("%s", (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  test.each([
    'password authentication failed for user "x"',
    "select password::text from users",
    "postgres://user@host:5432/db",
    "http://example.org:8080/path",
    "select md5('x')",
  ])("leaves alone: %s", (text) => {
    expect(redact(text)).toBe(text)
  })

  test("takes out given secrets, also where a URI encodes them", () => {
    expect(redact("it was a/b& or a%2Fb%26", ["a/b&"])).toBe("it was *** or ***")
    expect(redact("abc", [""])).toBe("abc")
  })

  test("no password survives in a statement, whichever way its backslashes are meant", () => {
    const part = fc.constantFrom("\\", "'", "\\'", "''", "x", "\n")
    const password = fc.array(part, { maxLength: 8 }).map((parts) => `S3CRET${parts.join("")}S3CRET`)
    fc.assert(
      fc.property(password, (secret) => {
        const doubled = secret.replaceAll("'", "''")
        for (const quoted of [doubled, doubled.replaceAll("\\", "\\\\"), secret.replaceAll(/[\\']/g, "\\$&")]) {
          expect(redact(`alter role r password '${quoted}'`)).not.toContain("S3CRET")
        }
      }),
      { numRuns: 5000 },
    )
  })

  test("no password survives in a connection string, whatever it is made of", () => {
    const password = fc.string({ minLength: 4, unit: "binary-ascii" }).map((s) => `S3CRET${s}S3CRET`)
    fc.assert(
      fc.property(password, (secret) => {
        const quoted = secret.replaceAll("\\", "\\\\").replaceAll("'", "\\'")
        expect(redact(`host=h password='${quoted}' user=u`)).toBe("host=h password=*** user=u")
        expect(redact(`postgresql://u:${encodeURIComponent(secret)}@h/db`)).toBe("postgresql://u:***@h/db")
        expect(redact(`alter role r password '${secret.replaceAll("'", "''")}'`)).not.toContain("S3CRET")
      }),
    )
  })

  test("takes time in proportion to hostile text, or this one runs out of it", () => {
    for (const part of [
      "a://x:",
      "://x:",
      "a.",
      "password",
      "password=",
      "password '",
      "-----BEGIN PRIVATE KEY-----",
      "password $a$",
    ]) {
      const text = part.repeat(100_000)
      expect(redact(text).length).toBeLessThanOrEqual(text.length + 3 * 100_000)
    }
  })
})

describe("megabytes", () => {
  const long = "x".repeat(20_000_000)

  test.each(["password '", "password='", 'password="', "password="])("behind %s are taken out", (start) => {
    const end = start.at(-1) === "=" ? "" : start.at(-1)
    expect(redact(`${start}${long}${end} rest`)).toBe(`${start.replace(/['"]$/, "")}*** rest`)
  })

  test("that cannot be told apart are taken out with all around them", () => {
    expect(redact(`select 1; alter role x password '${"''".repeat(20_000_000)}'`)).toBe("***")
  })
})

describe("redactAround", () => {
  test("moves the position with the text", () => {
    const text = "alter role 漢 password '12345678' valid"
    const shown = redactAround(text, Array.from(text).indexOf("v", 20) + 1)
    expect(Array.from(shown.text)[shown.position! - 1]).toBe("v")
    expect(redactAround("select 1", 3)).toEqual({ text: "select 1", position: 3 })
    expect(redactAround("password 'x'", undefined)).toEqual({ text: "password ***", position: undefined })
  })
})
