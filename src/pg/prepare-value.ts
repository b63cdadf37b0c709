/**
 * JavaScript values to parameters as `pg` sends them: text without a type, except for bytes. The server reads the text
 * by the type that the statement gives the parameter.
 *
 * @see https://node-postgres.com/features/queries#parameterized-query
 */

import { defaults } from "./defaults.ts"
import { Buffer, isDate } from "./node-runtime.ts"

/** A parameter on its way: text, bytes or NULL. */
export type PreparedValue = string | Buffer | null

/** A value that says itself what it is as a parameter. */
interface ToPostgres {
  toPostgres(prepare: (value: unknown) => PreparedValue): unknown
}

/** Makes a parameter of a value. @throws Error when an object's `toPostgres` goes round in a circle */
export function prepareValue(value: unknown): PreparedValue {
  switch (typeof value) {
    case "string":
      return value
    case "object":
      return value === null ? null : prepareObject(value, undefined)
    case "undefined":
      return null
    default:
      return (value as number).toString()
  }
}

function prepareObject(value: object, seen: object[] | undefined): PreparedValue {
  if (ArrayBuffer.isView(value)) return bufferOf(value)
  if (isDate(value)) return dateText(value)
  if (Array.isArray(value)) return arrayText(value)
  if (typeof (value as ToPostgres).toPostgres !== "function") return JSON.stringify(value) ?? null
  if (seen?.includes(value)) {
    throw new Error(`circular reference detected while preparing "${value}" for query`)
  }
  const made = (value as ToPostgres).toPostgres(prepareValue)
  if (typeof made !== "object" || made === null) return prepareValue(made)
  return prepareObject(made, [...(seen ?? []), value])
}

function bufferOf(view: ArrayBufferView): Buffer {
  return view instanceof Buffer ? view : Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

/** An array literal; elements are separated by commas, so it does not do for boxes. */
function arrayText(values: readonly unknown[]): string {
  const elements: string[] = []
  for (let i = 0; i < values.length; i++) elements.push(elementText(values[i]))
  return `{${elements.join(",")}}`
}

function elementText(value: unknown): string {
  if (value === null || value === undefined) return "NULL"
  if (Array.isArray(value)) return arrayText(value)
  if (ArrayBuffer.isView(value)) return `\\\\x${bufferOf(value).toString("hex")}`
  const text = prepareValue(value)
  if (text !== null && typeof text !== "string") return elementText(text)
  return text === null ? "NULL" : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`
}

function dateText(date: Date): string {
  return defaults.parseInputDatesAsUTC ? utcText(date) : localText(date)
}

function localText(date: Date): string {
  const offset = -date.getTimezoneOffset()
  const distance = Math.abs(offset)
  const zone = `${offset < 0 ? "-" : "+"}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`
  const day = dayText(date.getFullYear(), date.getMonth(), date.getDate())
  const time = timeText(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds())
  return `${day}T${time}${zone}${eraText(date.getFullYear())}`
}

function utcText(date: Date): string {
  const day = dayText(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  const time = timeText(date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds())
  return `${day}T${time}+00:00${eraText(date.getUTCFullYear())}`
}

/** There is no year 0: the one before year 1 is 1 BC. */
function dayText(year: number, month: number, day: number): string {
  return `${String(year < 1 ? 1 - year : year).padStart(4, "0")}-${pad(month + 1)}-${pad(day)}`
}

function timeText(hours: number, minutes: number, seconds: number, ms: number): string {
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}.${String(ms).padStart(3, "0")}`
}

function eraText(year: number): string {
  return year < 1 ? " BC" : ""
}

function pad(value: number): string {
  return String(value).padStart(2, "0")
}
