import { describe, expect, test } from "vitest"
import { type TokenizerOptions, tokenize } from "../../../src/sql/tokenizer.ts"

/** Kind and text of every token that is not space; an open one has a "…" behind its kind. */
function read(text: string, options?: TokenizerOptions): string[] {
  return tokenize(text, options)
    .filter((token) => token.kind !== "space")
    .map((token) => `${token.kind}${token.closed ? "" : "…"} ${text.slice(token.start, token.end)}`)
}

/** The placeholders of the text. */
function placeholders(text: string, options?: TokenizerOptions): string[] {
  return tokenize(text, options)
    .filter((token) => token.kind === "parameter" || token.kind === "named")
    .map((token) => text.slice(token.start, token.end))
}

const OFF: TokenizerOptions = { standardConformingStrings: false }

describe("tokens", () => {
  test("strings with every prefix", () => {
    expect(read("'a''b' e'a\\'b' E'\\\\' n'a' b'01' X'1F' u&'d!0061' U&\"x\"\"y\" \"a\"\"b\"")).toEqual([
      "string 'a''b'",
      "string e'a\\'b'",
      "string E'\\\\'",
      "string n'a'",
      "string b'01'",
      "string X'1F'",
      "string u&'d!0061'",
      'quoted-identifier U&"x""y"',
      'quoted-identifier "a""b"',
    ])
  })

  test("a letter is a prefix only when it is the whole word", () => {
    expect(read("table'a\\'")).toEqual(["identifier table", "string 'a\\'"])
    expect(read("_e'a\\'")).toEqual(["identifier _e", "string 'a\\'"])
    expect(read("e 'a\\'")).toEqual(["identifier e", "string 'a\\'"])
    expect(read("u & 'a'")).toEqual(["identifier u", "operator &", "string 'a'"])
    expect(read("1e'a\\'")).toEqual(["number 1", "string… e'a\\'"])
  })

  test("backslashes escape by the session's setting", () => {
    expect(read("'a\\' $1 '", OFF)).toEqual(["string 'a\\' $1 '"])
    expect(read("'a\\' $1")).toEqual(["string 'a\\'", "parameter $1"])
    expect(read("n'a\\' '", OFF)).toEqual(["string n'a\\' '"])
    expect(read("b'\\' $1", OFF)).toEqual(["string b'\\'", "parameter $1"])
    expect(read("u&'\\' $1", OFF)).toEqual(["string u&'\\'", "parameter $1"])
    expect(read('"a\\" $1', OFF)).toEqual(['quoted-identifier "a\\"', "parameter $1"])
  })

  test("a string goes on after a line break, in the mode it began in", () => {
    expect(read("e'a' \n 'b\\' $1'")).toEqual(["string e'a' \n 'b\\' $1'"])
    expect(read("e'a' -- x\n -- y\n 'b\\' $1'")).toEqual(["string e'a' -- x\n -- y\n 'b\\' $1'"])
    expect(read("'a'\n'b'")).toEqual(["string 'a'\n'b'"])
    expect(read("e'a' 'b\\' $1")).toEqual(["string e'a'", "string 'b\\'", "parameter $1"])
    expect(read("e'a' /* \n */ 'b\\'")).toEqual(["string e'a'", "block-comment /* \n */", "string 'b\\'"])
    expect(read("e'a'\n -- $1")).toEqual(["string e'a'", "line-comment -- $1"])
  })

  test("dollar quotes", () => {
    expect(read("$$a $1 'b$$ $tag$ $$ $1 $tag$ $1")).toEqual([
      "dollar-string $$a $1 'b$$",
      "dollar-string $tag$ $$ $1 $tag$",
      "parameter $1",
    ])
    expect(read("a$$b$1")).toEqual(["identifier a$$b$1"])
    expect(read("$1$2")).toEqual(["parameter $1", "parameter $2"])
    expect(read("$a $1")).toEqual(["other $", "identifier a", "parameter $1"])
    expect(read("$é$ $1 $é$")).toEqual(["dollar-string $é$ $1 $é$"])
    expect(read("$a1$ $1 $a1$ $2")).toEqual(["dollar-string $a1$ $1 $a1$", "parameter $2"])
    expect(read("$A$ $a$ $1 $A$")).toEqual(["dollar-string $A$ $a$ $1 $A$"])
  })

  test("comments nest", () => {
    expect(read("/* a /* b */ $1 */ $2")).toEqual(["block-comment /* a /* b */ $1 */", "parameter $2"])
    expect(read("/*/ $1 */ $2")).toEqual(["block-comment /*/ $1 */", "parameter $2"])
    expect(read("-- $1\r$2")).toEqual(["line-comment -- $1", "parameter $2"])
    expect(read("'--' $1")).toEqual(["string '--'", "parameter $1"])
  })

  test("operators end where comments begin", () => {
    expect(read("a+-- $1\n$2")).toEqual(["identifier a", "operator +", "line-comment -- $1", "parameter $2"])
    expect(read("a*/*$1*/$2")).toEqual(["identifier a", "operator *", "block-comment /*$1*/", "parameter $2"])
    expect(read("a<=$1")).toEqual(["identifier a", "operator <=", "parameter $1"])
    expect(read("a@>-$1")).toEqual(["identifier a", "operator @>-", "parameter $1"])
    expect(read("a/ *")).toEqual(["identifier a", "operator /", "operator *"])
  })

  test("numbers", () => {
    expect(read("1 1.5 .5 1e10 1.e-5 1_000 1..2 1.")).toEqual([
      "number 1",
      "number 1.5",
      "number .5",
      "number 1e10",
      "number 1.e-5",
      "number 1_000",
      "number 1",
      "other .",
      "number .2",
      "number 1.",
    ])
  })

  test("what is not closed reaches to the end", () => {
    for (const open of [
      "'a $1",
      "e'a\\'",
      '"a $1',
      "$$ $1",
      "$a$ $1 $b$",
      "/* $1",
      "/* /* */ $1",
      "'a' \n 'b $1",
      "b'$1",
      "u&'$1",
    ]) {
      const tokens = tokenize(open)
      expect(tokens.at(-1)).toMatchObject({ closed: false, end: open.length })
      expect(placeholders(open)).toEqual([])
    }
  })
})

test("takes time that grows with the text only, whatever stands behind a string", () => {
  for (const piece of [
    "-",
    "--",
    "-- ",
    " ",
    "\n",
    "--\n",
    " --\n",
    "- ",
    "''",
    "' ",
    "/*",
    "/**/",
    "$",
    "1",
    "1_",
    ".",
    ":",
  ]) {
    for (const end of ["", "\n", "\n'", "\nx", "'", "\n$1"]) {
      const text = `select 'a' ${piece.repeat(100_000)}${end}`
      expect(tokenize(text).at(-1)).toMatchObject({ end: text.length })
    }
  }
})

describe("placeholders", () => {
  test("$n only as a token of its own", () => {
    expect(placeholders("select $1, a$2, $3::int, ($4), '$5', \"$6\", -$7, $08")).toEqual([
      "$1",
      "$3",
      "$4",
      "$7",
      "$08",
    ])
  })

  test(":name only where asked for, and not in casts, assignments or text", () => {
    const text = "select :a, b::int, ':c', \":d\", f(x := :e), $$ :f $$, -- :g\n :h_1, a[1:2], a[:i], :é"
    expect(placeholders(text, { named: true })).toEqual([":a", ":e", ":h_1", ":i", ":é"])
    expect(placeholders(text)).toEqual([])
    expect(placeholders(":a::int", { named: true })).toEqual([":a"])
    expect(placeholders("a:::b", { named: true })).toEqual([":b"])
  })
})
