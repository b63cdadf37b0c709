import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { createServerError } from "../../../src/errors/create-server-error.ts"
import * as errors from "../../../src/errors/errors.ts"
import { generateSqlstate, readConditions } from "../../generate/sqlstate.ts"

const conditions = readConditions()
const classes: Readonly<Record<string, unknown>> = errors

function classNamed(name: string): new () => errors.ServerError {
  const found = classes[name]
  if (typeof found !== "function") throw new Error(`errors.${name} is missing`)
  return found as new () => errors.ServerError
}

describe("createServerError", () => {
  test("the list is that of PostgreSQL 18 and what older servers send", () => {
    expect(conditions.length).toBe(263)
    expect(new Set(conditions.map(({ code }) => code)).size).toBe(conditions.length)
    expect(new Set(conditions.map(({ className }) => className)).size).toBe(conditions.length)
  })

  test.each(conditions)("$code $name is errors.$className", ({ code, name, className }) => {
    const error = createServerError({ severity: "ERROR", code, message: "m" }, "select")
    expect(error.constructor).toBe(classNamed(className))
    expect(error.name).toBe(className)
    expect(error.condition).toBe(name)
    expect(error.is(code as "23505")).toBe(true)
    expect(error.is(name as "unique_violation")).toBe(true)
    expect(error).toBeInstanceOf(errors.ServerError)
    expect(error).toBeInstanceOf(errors.PglineError)
    const general = conditions.find((other) => other.code === `${code.slice(0, 2)}000`)?.className ?? "XqueryError"
    expect(error).toBeInstanceOf(classNamed(general))
    expect(error.code).toBe(code)
    expect(error.statement).toBe("select")
  })

  test("an unknown code gets the class of its SQLSTATE class, or ServerError", () => {
    const make = (code: string) => createServerError({ severity: "ERROR", code, message: "m" }).constructor
    expect(make("22ZZZ")).toBe(errors.DataException)
    expect(make("ZZZZZ")).toBe(errors.ServerError)
    expect(make("")).toBe(errors.ServerError)
    expect(make("__proto__")).toBe(errors.ServerError)
    expect(make("constructor")).toBe(errors.ServerError)
  })

  test("names that the appendix has twice are kept apart", () => {
    expect(new errors.StringDataRightTruncation({ severity: "ERROR", code: "22001", message: "" })).toBeInstanceOf(
      errors.DataException,
    )
    expect(errors.WarningStringDataRightTruncation.prototype).toBeInstanceOf(errors.Warning)
    expect(errors.ExternalRoutineInvocationNullValueNotAllowed.prototype).toBeInstanceOf(
      errors.ExternalRoutineInvocationException,
    )
  })

  test.each([...generateSqlstate()])("%s is what the generator writes", (file, text) => {
    expect(readFileSync(new URL(`../../../src/errors/${file}`, import.meta.url), "utf8")).toBe(text)
  })
})
