import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../../src/base/byte-source.ts"
import { ByteWriter } from "../../../../src/base/byte-writer.ts"
import { EncodeError, ProtocolError } from "../../../../src/errors/client-error.ts"
import { Flow } from "../../../../src/exchange/flow.ts"
import type { CopyColumnTypes, Tuple } from "../../../../src/session/copy/copy-row.ts"
import { parseCopyStatement } from "../../../../src/session/copy/copy-statement.ts"
import { rowEncoderFor } from "../../../../src/session/copy/row-encoder.ts"
import { RowReader } from "../../../../src/session/copy/row-reader.ts"
import { createDefaultRegistry } from "../../../../src/types/defaults.ts"

const registry = createDefaultRegistry()
const columnsOf = (...types: string[]): CopyColumnTypes => ({
  names: types.map((_, i) => `c${i + 1}`),
  codecs: types.map((type) => registry.codecByName(type)!),
})
const formatOf = (options: string) => parseCopyStatement(`copy t from stdin ${options}`)!.format

function written(options: string, columns: CopyColumnTypes, ...rows: unknown[][]): Buffer {
  const writer = new ByteWriter()
  const encoder = rowEncoderFor(formatOf(options), columns)
  encoder.begin(writer)
  for (const [i, row] of rows.entries()) encoder.encode(writer, row, i + 1)
  encoder.end(writer)
  return Buffer.from(writer.written())
}

/** What the messages are read as, or thrown for. */
async function read(options: string, columns: CopyColumnTypes, ...messages: (string | Buffer)[]): Promise<Tuple[]> {
  const flow = new Flow<Tuple>()
  const reader = new RowReader(formatOf(options), columns)
  for (const message of messages) {
    const bytes = Buffer.from(message as string, "latin1")
    // Not at the beginning of its buffer, and with something behind it.
    const buffer = Buffer.concat([
      Buffer.from("??"),
      typeof message === "string" ? Buffer.from(message) : message,
      bytes,
    ])
    const length = typeof message === "string" ? Buffer.byteLength(message) : message.length
    reader.onData(new ByteSource(buffer), 2, 2 + length, flow)
  }
  flow.end()
  return (await flow.take()) ?? []
}

describe("the text format", () => {
  const two = columnsOf("text", "int4")

  test.each<[string, unknown[], string]>([
    ["", ["a", 1], "a\t1\n"],
    ["", [null, null], "\\N\t\\N\n"],
    ["", ["", 0], "\t0\n"],
    ["", ["a\tb\nc\rd\\e", 1], "a\\tb\\nc\\rd\\\\e\t1\n"],
    ["", ["\\N", 1], "\\\\N\t1\n"],
    ["", ["\\.", 1], "\\\\.\t1\n"],
    ["(delimiter '|')", ["a|b\tc", 1], "a\\|b\tc|1\n"],
    ["(null 'NULL')", ["NULL", null], "\\116ULL\tNULL\n"],
    ["(null 'é')", ["é", null], "\\303\\251\té\n"],
    ["(default 'D')", ["D", 1], "\\104\t1\n"],
    ["(header)", ["a", 1], "c1\tc2\na\t1\n"],
  ])("%s writes %j", (options, row, expected) => {
    expect(written(options, two, row).toString()).toBe(expected)
  })

  test.each<[string, string, unknown[]]>([
    ["", "a\t1\n", ["a", 1]],
    ["", "\\N\t\\N\n", [null, null]],
    ["", "\t-7\n", ["", -7]],
    ["", "a\\tb\\nc\\rd\\\\e\\b\\f\\v\t1\n", ["a\tb\nc\rd\\e\b\f\v", 1]],
    ["", "\\\\N\t1\n", ["\\N", 1]],
    ["(delimiter '|')", "é\\||1\n", ["é|", 1]],
    ["(null '')", "\t\n", [null, null]],
  ])("%s reads %j", async (options, line, expected) => {
    expect(await read(options, two, line)).toEqual([expected])
  })

  test("passes the header by, and only that", async () => {
    expect(await read("(header)", two, "c1\tc2\n", "c1\t2\n")).toEqual([["c1", 2]])
  })

  test.each(["a\t1", "a\n", "a\t1\t2\n", "", "\n"])("refuses the line %j", async (line) => {
    await expect(read("", two, line)).rejects.toBeInstanceOf(ProtocolError)
  })

  test("refuses empty text that would arrive as NULL", () => {
    expect(() => written("(null '')", two, ["", 1])).toThrow('row 1, column "c1" (text): expected no empty text')
  })
})

describe("the csv format", () => {
  const two = columnsOf("text", "int4")

  test.each<[string, unknown[], string]>([
    ["", ["a", 1], "a,1\n"],
    ["", [null, null], ",\n"],
    ["", ["", 1], '"",1\n'],
    ["", ['a"b,c\nd\re', 1], '"a""b,c\nd\re",1\n'],
    ["", ["\\.", 1], '"\\.",1\n'],
    [", null 'x'", ["x", null], '"x",x\n'],
    [", quote '''', escape '\\', delimiter ';'", ["it's; a \\", 1], "'it\\'s; a \\\\';1\n"],
    [", header", ["a", 1], "c1,c2\na,1\n"],
    [", default 'D'", ["D", 1], '"D",1\n'],
    [", force_not_null (c1)", ["", null], '"",\n'],
  ])("(format csv%s) writes %j", (options, row, expected) => {
    expect(written(`(format csv${options})`, two, row).toString()).toBe(expected)
  })

  test.each<[string, string, unknown[]]>([
    ["", "a,1\n", ["a", 1]],
    ["", ",\n", [null, null]],
    ["", '"",1\n', ["", 1]],
    ["", '"a""b,c\nd\re",1\n', ['a"b,c\nd\re', 1]],
    [", quote '''', escape '\\', delimiter ';'", "'it\\'s; a \\\\';1\n", ["it's; a \\", 1]],
    [", null 'x'", '"x",x\n', ["x", null]],
  ])("(format csv%s) reads %j", async (options, line, expected) => {
    expect(await read(`(format csv${options})`, two, line)).toEqual([expected])
  })

  test.each(["a,1", "a\n", "a,1,2\n", '"a,1\n', '"a"b,1\n', ""])("refuses the row %j", async (line) => {
    await expect(read("(format csv)", two, line)).rejects.toBeInstanceOf(ProtocolError)
  })

  test("refuses what the options cannot tell from something else", () => {
    expect(() => written("(format csv, force_null (c1))", two, ["", 1])).toThrow("FORCE_NULL")
    expect(() => written("(format csv, force_not_null *)", two, ["a", null])).toThrow("FORCE_NOT_NULL")
  })
})

describe("the binary format", () => {
  const two = columnsOf("text", "int4")
  const signature = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1")
  const row = Buffer.from([0, 2, 0, 0, 0, 1, 0x61, 0, 0, 0, 4, 0, 0, 0, 7])
  const end = Buffer.from([0xff, 0xff])

  test("is written with its beginning and its end", () => {
    expect(written("(format binary)", two, ["a", 7])).toEqual(Buffer.concat([signature, row, end]))
    expect(written("(format binary)", two)).toEqual(Buffer.concat([signature, end]))
    expect(written("(format binary)", columnsOf("text"), [null]).subarray(19, 25)).toEqual(
      Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff]),
    )
  })

  test("is read with and without rows in the first message", async () => {
    expect(await read("(format binary)", two, Buffer.concat([signature, row]), row, end)).toEqual([
      ["a", 7],
      ["a", 7],
    ])
    expect(await read("(format binary)", two, signature, row, end)).toEqual([["a", 7]])
    expect(await read("(format binary)", two, Buffer.concat([signature, end]))).toEqual([])
  })

  test.each<[string, Buffer]>([
    ["no signature", Buffer.from("PGCOPY\n")],
    ["another signature", Buffer.concat([Buffer.from("X"), signature.subarray(1), row])],
    ["a row cut off", Buffer.concat([signature, row.subarray(0, 9)])],
    ["a row too long", Buffer.concat([signature, row, Buffer.from([0])])],
    ["a column too many", Buffer.concat([signature, Buffer.from([0, 3]), row.subarray(2), Buffer.from([0, 0, 0, 0])])],
    ["a length of -2", Buffer.concat([signature, Buffer.from([0, 2, 0xff, 0xff, 0xff, 0xfe])])],
    ["an extension of 2 GB", Buffer.concat([signature.subarray(0, 15), Buffer.from([0x7f, 0xff, 0xff, 0xff]), row])],
    ["flags", Buffer.concat([signature.subarray(0, 11), Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]), row])],
  ])("refuses %s", async (_what, message) => {
    await expect(read("(format binary)", two, message)).rejects.toBeInstanceOf(ProtocolError)
  })
})

describe("in every format", () => {
  test.each(["", "(format csv)", "(format binary)"])("%s: rows and values that do not fit are named", (options) => {
    const columns = columnsOf("int4", "int4")
    const refusal = (row: unknown): string => {
      try {
        written(options, columns, [1, 2], row as unknown[])
      } catch (error) {
        return (error as Error).message
      }
      throw new Error("was written")
    }
    expect(refusal([1])).toBe("row 2 has 1 values, but 2 columns are copied")
    expect(refusal([1, 2, 3])).toBe("row 2 has 3 values, but 2 columns are copied")
    expect(refusal("ab")).toBe("row 2 must be an array of values, got a string of 2 characters")
    expect(refusal([1, {}])).toContain('row 2, column "c2" (int4): expected an integer')
    expect(refusal([1, undefined])).toContain('row 2, column "c2" (int4): expected a value, or null for NULL')
  })

  test.each(["(encoding 'LATIN1')", "(format csv, encoding 'SQL_ASCII')"])("%s is not for rows", (options) => {
    expect(() => rowEncoderFor(formatOf(options), columnsOf("text"))).toThrow("ENCODING")
    expect(() => new RowReader(formatOf(options), columnsOf("text"))).toThrow("ENCODING")
  })

  test("a value that cannot be decoded is told with its column", async () => {
    await expect(read("", columnsOf("text", "int4"), "a\tb\n")).rejects.toMatchObject({ column: "c2" })
  })

  test("a value for which only text would do is told apart from one that fits nothing", () => {
    const encode = (value: unknown): unknown => {
      try {
        return written("(format binary)", columnsOf("timestamptz"), [value])
      } catch (error) {
        return error
      }
    }
    expect(encode("yesterday")).toBeInstanceOf(EncodeError)
    expect(String(encode("yesterday"))).toContain('format: "text"')
    expect(String(encode({}))).not.toContain('format: "text"')
  })
})
