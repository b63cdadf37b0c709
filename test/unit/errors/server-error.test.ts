import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { UsageError } from "../../../src/errors/client-error.ts"
import { createServerError } from "../../../src/errors/create-server-error.ts"
import { Notice, ServerError, type ServerMessageFields } from "../../../src/errors/server-error.ts"

const UNIQUE: ServerMessageFields = {
  severity: "ERROR",
  localizedSeverity: "FEHLER",
  code: "23505",
  message: 'duplicate key value violates unique constraint "users_email_key"',
  detail: "Key (email)=(a@b.c) already exists.",
  schema: "public",
  table: "users",
  constraint: "users_email_key",
  file: "nbtinsert.c",
  line: 666,
  routine: "_bt_check_unique",
}

function error(code: string, more: Partial<ServerMessageFields> = {}, statement?: string): ServerError {
  return createServerError({ severity: "ERROR", code, message: "no", ...more }, statement)
}

describe("ServerError", () => {
  test("has every field the server sent, and undefined for the others", () => {
    const found = createServerError(UNIQUE, "insert into users values ($1)")
    expect(found).toMatchObject(UNIQUE)
    expect(found.statement).toBe("insert into users values ($1)")
    expect(found.hint).toBeUndefined()
    expect(found.position).toBeUndefined()
    expect(found.condition).toBe("unique_violation")
  })

  test("is named after its condition, its SQLSTATE class, or not at all", () => {
    expect(error("23505").name).toBe("UniqueViolation")
    expect(error("23XYZ").name).toBe("IntegrityConstraintViolation")
    expect(error("U0001").name).toBe("ServerError")
    expect(error("10999").name).toBe("XqueryError")
    expect(new ServerError(UNIQUE).name).toBe("UniqueViolation")
  })

  test("begins its stack with name and message", () => {
    expect(createServerError(UNIQUE).stack).toMatch(/^UniqueViolation: duplicate key value violates/)
  })

  test.each([
    ["unique_violation", true],
    ["23505", true],
    ["integrity_constraint_violation", true],
    ["23000", true],
    ["not_null_violation", false],
    ["23502", false],
    ["data_exception", false],
    ["22000", false],
  ] as const)("is(%s) is %s for a unique violation", (condition, expected) => {
    expect(createServerError(UNIQUE).is(condition)).toBe(expected)
  })

  test("is() compares the object when one is given", () => {
    const found = createServerError(UNIQUE)
    expect(found.is("unique_violation", { constraint: "users_email_key" })).toBe(true)
    expect(found.is("unique_violation", { constraint: "users_email_key", table: "users", schema: "public" })).toBe(true)
    expect(found.is("unique_violation", { constraint: "other" })).toBe(false)
    expect(found.is("unique_violation", { table: "other" })).toBe(false)
    expect(found.is("unique_violation", { schema: "other" })).toBe(false)
    expect(found.is("unique_violation", { column: "email" })).toBe(false)
    expect(found.is("unique_violation", { dataType: "text" })).toBe(false)
    expect(found.is("check_violation", { constraint: "users_email_key" })).toBe(false)
  })

  test("is() matches both conditions of a name that stands for two", () => {
    expect(error("22004").is("null_value_not_allowed")).toBe(true)
    expect(error("39004").is("null_value_not_allowed")).toBe(true)
    expect(error("22005").is("null_value_not_allowed")).toBe(false)
  })

  test("is() takes SQLSTATEs of one's own and refuses names that don't exist", () => {
    expect(error("U0001").is("U0001")).toBe(true)
    expect(error("U0001").is("U0002")).toBe(false)
    // @ts-expect-error a misspelt name doesn't compile either
    expect(() => error("23505").is("unique_voilation")).toThrow(UsageError)
    expect(() => error("23505").is("constructor" as "unique_violation")).toThrow(UsageError)
  })

  test.each([
    ["08006", true],
    ["08P01", false],
    ["40001", true],
    ["40P01", true],
    ["40002", false],
    ["53300", true],
    ["55P03", true],
    ["55006", true],
    ["55000", false],
    ["57P01", true],
    ["57P02", true],
    ["57P03", true],
    ["57P04", false],
    ["57014", false],
    ["58030", true],
    ["58P01", false],
    ["23505", false],
    ["42601", false],
  ])("%s is transient: %s", (code, expected) => {
    expect(error(code).transient).toBe(expected)
  })

  test("is fatal by the untranslated severity", () => {
    expect(error("57P01", { severity: "FATAL", localizedSeverity: "FATAL" }).fatal).toBe(true)
    expect(error("XX000", { severity: "PANIC" }).fatal).toBe(true)
    expect(error("23505", { localizedSeverity: "FATAL" }).fatal).toBe(false)
  })

  test("is safe to retry only when the server refused the session", () => {
    expect(error("57P03", { severity: "FATAL" }).safeToRetry).toBe(true)
    expect(error("53300", { severity: "FATAL" }).safeToRetry).toBe(true)
    expect(error("53300").safeToRetry).toBe(false)
    expect(error("57P01", { severity: "FATAL" }).safeToRetry).toBe(false)
    expect(error("40001").safeToRetry).toBe(false)
  })

  test("shows the report in toString and in inspect, the latter with the stack", () => {
    const found = error("42703", { message: 'column "nam" does not exist', position: 8 }, "select nam from users")
    const report = [
      'UndefinedColumn: column "nam" does not exist (42703 undefined_column)',
      "LINE 1: select nam from users",
      "               ^",
    ].join("\n")
    expect(String(found)).toBe(report)
    expect(inspect(found).startsWith(`${report}\n    at `)).toBe(true)
    found.cause = new Error("beneath")
    expect(inspect(found)).toContain("[cause]: Error: beneath")
  })

  test("becomes JSON with the message, without the stack and without passwords", () => {
    const json = JSON.parse(JSON.stringify(error("42704", { hint: "h" }, "alter role x password 'S3CRET'")))
    expect(json).toEqual({
      name: "UndefinedObject",
      message: "no",
      condition: "undefined_object",
      safeToRetry: false,
      code: "42704",
      severity: "ERROR",
      hint: "h",
      statement: "alter role x password ***",
    })
  })
})

describe("Notice", () => {
  test("has the same fields and is no error", () => {
    const notice = new Notice({ ...UNIQUE, severity: "WARNING", code: "01000", hint: "do" })
    expect(notice).toMatchObject({ ...UNIQUE, severity: "WARNING", code: "01000", hint: "do" })
    expect(notice).not.toBeInstanceOf(Error)
    expect(notice.condition).toBe("warning")
    expect(String(notice)).toMatch(/^WARNING: duplicate key.* \(01000 warning\)\nDETAIL: Key .*\nHINT: do$/)
  })
})
