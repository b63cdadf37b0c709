/**
 * What the compiler must accept and refuse about `errors`. Checked by `tsc`; never run.
 */

import { expectTypeOf } from "vitest"
import * as errors from "../../src/errors/errors.ts"

export function narrowsByClass(error: unknown): void {
  if (error instanceof errors.UniqueViolation) {
    expectTypeOf(error.code).toEqualTypeOf<"23505">()
    expectTypeOf(error.constraint).toEqualTypeOf<string | undefined>()
    expectTypeOf(error).toExtend<errors.IntegrityConstraintViolation>()
    expectTypeOf(error).toExtend<errors.ServerError>()
    expectTypeOf(error).toExtend<Error>()
    expectTypeOf(error).not.toExtend<errors.CheckViolation>()
    expectTypeOf(error).not.toExtend<errors.DataException>()
  }
}

export function keepsTheOthersApart(error: errors.ServerError): void {
  if (error instanceof errors.UniqueViolation) return
  expectTypeOf(error).not.toBeNever()
  if (error instanceof errors.ForeignKeyViolation) expectTypeOf(error.code).toEqualTypeOf<"23503">()
  else if (error instanceof errors.IntegrityConstraintViolation) expectTypeOf(error.code).toEqualTypeOf<`23${string}`>()
  else expectTypeOf(error).toEqualTypeOf<errors.ServerError>()
}

export function asksByCondition(error: errors.ServerError): void {
  expectTypeOf(error.is("unique_violation", { constraint: "a" })).toEqualTypeOf<boolean>()
  error.is("23505")
  error.is("U0001", { schema: "s", table: "t", column: "c", dataType: "d" })
  // @ts-expect-error misspelt
  error.is("unique_voilation")
  // @ts-expect-error conditions are written in lower case
  error.is("uniqueViolation")
  // @ts-expect-error there is no such field
  error.is("unique_violation", { index: "a" })
  // @ts-expect-error fields can't be changed
  error.detail = "x"
}

export function hasPlainFields(error: errors.ServerError, notice: errors.Notice): void {
  expectTypeOf(error.position).toEqualTypeOf<number | undefined>()
  expectTypeOf(error.line).toEqualTypeOf<number | undefined>()
  expectTypeOf(error.statement).toEqualTypeOf<string | undefined>()
  expectTypeOf(notice).not.toExtend<Error>()
  expectTypeOf(notice).toExtend<errors.ServerMessageFields>()
  expectTypeOf(errors.isSafeToRetry).parameters.toEqualTypeOf<[error: unknown]>()
}
