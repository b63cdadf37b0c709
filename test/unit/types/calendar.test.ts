import { expect, test } from "vitest"
import {
  civilFromDays,
  dayOf,
  daysFromCivil,
  FIRST_DAY,
  isCivilDate,
  LAST_DAY,
  monthOf,
  yearOf,
} from "../../../src/types/calendar.ts"

function civil(days: number): [number, number, number] {
  const packed = civilFromDays(days)
  return [yearOf(packed), monthOf(packed), dayOf(packed)]
}

test.each([
  [FIRST_DAY, [-4713, 11, 24]],
  [-730_485, [0, 1, 1]],
  [-730_426, [0, 2, 29]],
  [-1, [1999, 12, 31]],
  [0, [2000, 1, 1]],
  [59, [2000, 2, 29]],
  [LAST_DAY, [5_874_897, 12, 31]],
] as [number, [number, number, number]][])("day %i is %j", (days, date) => {
  expect(civil(days)).toEqual(date)
  expect(daysFromCivil(...date)).toBe(days)
})

test("every day of the cycle of 400 years follows the one before, before and after year 1", () => {
  for (const start of [daysFromCivil(-400, 3, 1), daysFromCivil(1800, 1, 1), LAST_DAY - 146_097]) {
    let [year, month, day] = civil(start)
    for (let days = start + 1; days <= start + 146_097; days++) {
      if (isCivilDate(year, month, day + 1)) day++
      else {
        day = 1
        month = month === 12 ? 1 : month + 1
        if (month === 1) year++
      }
      const packed = civilFromDays(days)
      if (yearOf(packed) !== year || monthOf(packed) !== month || dayOf(packed) !== day) {
        expect([days, civil(days)]).toEqual([days, [year, month, day]])
      }
    }
    expect(civil(start + 146_097)).toEqual([year, month, day])
  }
})

test("months have their days, and leap years one more", () => {
  const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  for (const [at, length] of lengths.entries()) {
    expect(isCivilDate(2026, at + 1, length)).toBe(true)
    expect(isCivilDate(2026, at + 1, length + 1)).toBe(false)
  }
  for (const year of [2000, 2024, 0, -4]) expect(isCivilDate(year, 2, 29)).toBe(true)
  for (const year of [1900, 2100, 2026, -100]) expect(isCivilDate(year, 2, 29)).toBe(false)
  for (const [month, day] of [
    [0, 1],
    [13, 1],
    [1, 0],
    [-1, -1],
  ] as const) {
    expect(isCivilDate(2026, month, day)).toBe(false)
  }
})
