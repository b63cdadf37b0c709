import { describe, expect, test } from "vitest"
import { parseCopyStatement, requireCopy } from "../../../../src/session/copy/copy-statement.ts"

const TEXT = {
  kind: "text",
  header: false,
  delimiter: "\t",
  nullText: "\\N",
  quoteMark: '"',
  escapeMark: '"',
  forceNull: [],
  forceNotNull: [],
  defaultText: undefined,
  encoding: undefined,
}
const CSV = { ...TEXT, kind: "csv", delimiter: ",", nullText: "" }

describe("a COPY statement", () => {
  test.each([
    ["copy t from stdin", "from", "client", "t", []],
    ["COPY t TO STDOUT;", "to", "client", "t", []],
    ["copy t from stdout", "from", "client", "t", []],
    ["-- a comment\n/* another /* nested */ */ copy\tt from stdin", "from", "client", "t", []],
    ['copy "My Schema" . "T" ( A, "B" ) from stdin', "from", "client", '"My Schema" . "T"', ["a", "B"]],
    ['copy "say ""hi""" ("c""d") to stdout', "to", "client", '"say ""hi"""', ['c"d']],
    ["copy db.app.t from '/stdin'", "from", "server", "db.app.t", []],
    ["copy t to program 'stdout'", "to", "server", "t", []],
  ])("%s", (text, direction, target, table, columns) => {
    expect(parseCopyStatement(text)).toMatchObject({
      direction,
      target,
      table,
      columns,
      query: undefined,
      format: TEXT,
    })
  })

  test("of a query", () => {
    const text = "copy (select ')' as a, (1 + 2) from t -- )\n) to stdout"
    expect(parseCopyStatement(text)).toMatchObject({
      query: "select ')' as a, (1 + 2) from t -- )\n",
      table: undefined,
    })
  })

  test.each(["select 1", "", "copies t from stdin", "copy", "copy t", "copy (select 1", "insert into copy values (1)"])(
    "is not %j",
    (text) => {
      expect(parseCopyStatement(text)).toBeUndefined()
    },
  )
})

describe("its format", () => {
  test.each<[string, object]>([
    ["", TEXT],
    ["(format text)", TEXT],
    ["with (format 'csv')", CSV],
    ["(FORMAT Csv, header)", { ...CSV, header: true }],
    ["(format csv, header false)", CSV],
    ["(format csv, header off)", CSV],
    ["(format csv, header match)", { ...CSV, header: true }],
    ["(format csv, header 1)", { ...CSV, header: true }],
    ["(delimiter '|', null 'it''s')", { ...TEXT, delimiter: "|", nullText: "it's" }],
    ["(delimiter E'\\t', null e'\\x41\\101\\n')", { ...TEXT, nullText: "AA\n" }],
    ["(null $$a'b$$)", { ...TEXT, nullText: "a'b" }],
    ["(null $x$a$$b$x$)", { ...TEXT, nullText: "a$$b" }],
    ["(format csv, quote '''')", { ...CSV, quoteMark: "'", escapeMark: "'" }],
    ["(format csv, quote '|', escape '\\')", { ...CSV, quoteMark: "|", escapeMark: "\\" }],
    ['(format csv, force_null (a, "B"), force_not_null *)', { ...CSV, forceNull: ["a", "B"], forceNotNull: true }],
    ["(format binary)", { ...TEXT, kind: "binary" }],
    ["(freeze, on_error ignore, log_verbosity 'x', default '\\D')", { ...TEXT, defaultText: "\\D" }],
    ["(force_quote (a, b), encoding 'LATIN1')", { ...TEXT, encoding: "LATIN1" }],
    ["(format csv) where a > 1", CSV],
    ["where delimiter = 'x'", TEXT],
    ["binary", { ...TEXT, kind: "binary" }],
    ["csv", CSV],
    [
      "with csv header quote as '|' escape '\\' null as 'n'",
      { ...CSV, header: true, quoteMark: "|", escapeMark: "\\", nullText: "n" },
    ],
    ["delimiter as ';' null ''", { ...TEXT, delimiter: ";", nullText: "" }],
    ["using delimiters ';'", { ...TEXT, delimiter: ";" }],
    ["csv force not null a, b", { ...CSV, forceNotNull: ["a", "b"] }],
    ["csv force null a", { ...CSV, forceNull: ["a"] }],
    ["csv force quote a, b encoding 'UTF8'", { ...CSV, encoding: "UTF8" }],
  ])("copy t from stdin %s", (options, format) => {
    expect(parseCopyStatement(`copy t from stdin ${options}`)?.format).toEqual(format)
  })

  test("is the oldest syntax's too", () => {
    expect(parseCopyStatement("copy binary t from stdin")?.format.kind).toBe("binary")
  })

  test("is refused when there is none of that name", () => {
    expect(() => parseCopyStatement("copy t from stdin (format parquet)")).toThrow('"parquet" is not one of')
  })
})

describe("a COPY that has to go one way", () => {
  test.each([
    ["select 1", "from", "copyIn takes a COPY statement"],
    ["select 1", "to", "copyOut takes a COPY statement"],
    ["copy t to stdout", "from", "use copyOut"],
    ["copy t from stdin", "to", "use copyIn"],
    ["copy t from '/x'", "from", "run it with query"],
    ["copy t to program 'x'", "to", "run it with query"],
  ] as const)("%s, %s", (text, direction, message) => {
    expect(() => requireCopy(text, direction)).toThrow(message)
  })
})
