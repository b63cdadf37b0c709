import { expect, test } from "vitest"
import { parseTypeName } from "../../../src/types/type-name.ts"

test.each([
  ["int8", undefined, "int8", false],
  ["BIGINT", undefined, "int8", false],
  ["integer[]", undefined, "int4", true],
  ["int [] []", undefined, "int4", true],
  ["int[3][4]", undefined, "int4", true],
  ["integer ARRAY", undefined, "int4", true],
  ["integer array[4]", undefined, "int4", true],
  ["double  precision", undefined, "float8", false],
  ["float", undefined, "float8", false],
  ["float(24)", undefined, "float4", false],
  ["float ( 25 )[]", undefined, "float8", true],
  ["character varying(20)[]", undefined, "varchar", true],
  ["char(3)", undefined, "bpchar", false],
  ['"char"', undefined, "char", false],
  ["pg_catalog.char", "pg_catalog", "char", false],
  ["numeric(10, -2)", undefined, "numeric", false],
  ["decimal", undefined, "numeric", false],
  ["bit varying(5)", undefined, "varbit", false],
  ["timestamp(3) with time zone", undefined, "timestamptz", false],
  ["timestamp with time zone[]", undefined, "timestamptz", true],
  ["timestamp without time zone", undefined, "timestamp", false],
  ["time (0) with time zone", undefined, "timetz", false],
  [" Mood ", undefined, "mood", false],
  ["ÄRGER", undefined, "Ärger", false],
  ['app."Order State"', "app", "Order State", false],
  ['"My ""App""".Mood[]', 'My "App"', "mood", true],
  ['"a.b".c', "a.b", "c", false],
  ['"int8[]"', undefined, "int8[]", false],
  ["_int4", undefined, "_int4", false],
])("%s", (text, schema, name, isArray) => {
  expect(parseTypeName(text)).toEqual({ schema, name, isArray })
})

test.each(["", " ", ".", "a.", ".a", "a..b", "a.b.c", '"', '""', '"a"b', 'a"b"', "[]"])("%j is no name", (text) => {
  expect(parseTypeName(text)).toBeUndefined()
})
