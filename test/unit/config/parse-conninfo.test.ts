import { describe, expect, test } from "vitest"
import { KEYWORDS } from "../../../src/config/keywords.ts"
import { parseConninfo } from "../../../src/config/parse-conninfo.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"

describe("what a keyword/value string says", () => {
  test.each<[string, Record<string, string>]>([
    ["", {}],
    [" \t\n", {}],
    [
      "host=localhost port=5432 dbname=mydb connect_timeout=10",
      { host: "localhost", port: "5432", dbname: "mydb", connect_timeout: "10" },
    ],
    ["user = 'me'", { user: "me" }],
    ["user\n=\tme", { user: "me" }],
    ["user=me\vhost=h\fport=1\r", { user: "me", host: "h", port: "1" }],
    ["user=''", { user: "" }],
    ["user=", { user: "" }],
    // Blanks after the sign are skipped, whatever follows.
    ["user= host=h", { user: "host=h" }],
    ["password='it\\'s a \\\\ secret'", { password: "it's a \\ secret" }],
    ["password=it\\'s\\ one", { password: "it's one" }],
    ["password=a\\", { password: "a" }],
    ["password=a'b'c", { password: "a'b'c" }],
    ["password='a\\nb'", { password: "anb" }],
    ["password='a=b'", { password: "a=b" }],
    ["password=a=b", { password: "a=b" }],
    ["password='a\nb'", { password: "a\nb" }],
    // No blank is needed after a closing quote.
    ["user='a'host='b'", { user: "a", host: "b" }],
    // A non-breaking space is no blank in C.
    ["user=a\u00a0b", { user: "a\u00a0b" }],
    ["host=a host=b", { host: "b" }],
    ["host=a,b port=1,2 hostaddr=,::1", { host: "a,b", port: "1,2", hostaddr: ",::1" }],
    ["requiressl=1", { sslmode: "require" }],
    ["sslmode=disable requiressl=yes", { sslmode: "prefer" }],
    // Percent signs mean nothing here.
    ["password=%41", { password: "%41" }],
    ["dbname=postgresql://h/db", { dbname: "postgresql://h/db" }],
  ])("%j", (text, expected) => {
    expect(parseConninfo(text)).toEqual(expected)
  })
})

describe("what a keyword/value string may not be", () => {
  test.each([
    ["host", /missing "=" after the word at character 1/],
    ["host=a user", /missing "=" after the word at character 8/],
    ["user me", /missing "="/],
    ["user 'a'=b", /missing "="/],
    ["user='a", /quote opened at character 6 is not closed/],
    ["user='a\\'", /not closed/],
    ["user='a\\", /not closed/],
    ["http://foo", /a URI has to begin with postgresql:\/\/ or postgres:\/\/$/],
    ["mysql://u:S3CRET@h/d?a=b", /a URI has to begin with postgresql:\/\/ or postgres:\/\/$/],
    ["jdbc:postgresql://h/d", /a URI has to begin with/],
    ["POSTGRESQL://h/d", /a URI has to begin with/],
    [" postgresql://h/d", /a URI has to begin with/],
    ["=x", /unknown keyword at character 1$/],
    ["hots=a", /unknown keyword at character 1; did you mean "host"\?/],
    ["connectTimeout=1", /did you mean "connect_timeout"\?/],
    ["HOST=a", /did you mean "host"\?/],
    ["ssl=true", /unknown keyword/],
    ["__proto__=x", /unknown keyword/],
    ["constructor=x", /unknown keyword/],
    ["user=a\0b", /zero bytes are not allowed \(character 7\)/],
  ])("%j", (text, problem) => {
    expect(() => parseConninfo(text)).toThrow(ConfigError)
    expect(() => parseConninfo(text)).toThrow(problem)
  })

  test.each([[undefined], [null], [5], [{}]])("%j is no string", (value) => {
    expect(() => parseConninfo(value as never)).toThrow(ConfigError)
  })
})

test("the result is a plain object of its own", () => {
  const first = parseConninfo("host=a")
  first["host"] = "changed"
  expect(parseConninfo("host=a")).toEqual({ host: "a" })
  expect(Object.getPrototypeOf(first)).toBe(Object.prototype)
})

test("every keyword of the table is read, and no option name is used twice", () => {
  for (const { keyword } of KEYWORDS) expect(parseConninfo(`${keyword}=x`)).toEqual({ [keyword]: "x" })
  expect(new Set(KEYWORDS.map(({ option }) => option)).size).toBe(KEYWORDS.length)
  const variables = KEYWORDS.flatMap(({ env }) => env ?? [])
  expect(new Set(variables).size).toBe(variables.length)
})
