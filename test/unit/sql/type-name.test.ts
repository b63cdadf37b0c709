import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { checkTypeName } from "../../../src/sql/type-name.ts"

describe("checkTypeName", () => {
  test.each([
    "int8",
    "int8[]",
    "int8[][]",
    "int4[3]",
    "public.mood",
    "db.public.mood[]",
    '"My Type"',
    'public."we""ird"[]',
    "numeric(10,2)",
    "numeric( 10 , -2 )[]",
    "varchar(20)",
    "character varying",
    "CHARACTER VARYING(20)[]",
    "national character varying(3)",
    "double  precision",
    "bit varying(3)",
    "timestamp with time zone",
    "timestamp(3) without time zone[]",
    "time (0) with time zone",
    "geometry(Point,4326)",
    "größe",
  ])("takes %s", (name) => {
    expect(checkTypeName(` ${name}\n`)).toBe(name)
  })

  test.each([
    "",
    " ",
    "int8)",
    "int8) or (true",
    "int8 or true",
    "int8; drop table x",
    "int8 -- x",
    "int8 /* */",
    "int8, int4",
    'int8"',
    '""',
    '"a',
    "int8[",
    "int8[1+1]",
    "int8[](3)",
    "1a",
    "a..b",
    ".a",
    "a.",
    "numeric(1,)",
    "numeric('1')",
    'varchar(20) collate "C"',
    "$1",
    "int8::text",
    "a\0",
    '"a\0"',
    '"\ud800"',
    "timestamp with time zone at time zone",
  ])("refuses %j", (name) => {
    expect(() => checkTypeName(name)).toThrow(CompositionError)
  })

  test("refuses what is no string", () => {
    expect(() => checkTypeName(20 as never)).toThrow(CompositionError)
    expect(() => checkTypeName(["int8"] as never)).toThrow(CompositionError)
  })
})
