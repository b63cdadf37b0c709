/**
 * time and timetz: a time of day up to and including `24:00:00`, and the same with an offset. Both stay the text that
 * the server prints, with all microseconds and an offset to the second; no DateStyle changes that.
 *
 * In binary a timetz has its offset in seconds west of Greenwich.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import { SECONDS_PER_DAY } from "./calendar.ts"
import type { Codec } from "./codec.ts"
import { IsoReader } from "./iso-reader.ts"
import { isoOffset, isoTime } from "./iso-text.ts"
import { restMicros, wholeSeconds, writeMicroseconds } from "./microseconds.ts"
import { temporalKind, temporalText } from "./temporal-input.ts"
import { onlyText } from "./text-form.ts"

/** The server takes no offset of 16 hours or more. */
const OFFSET_LIMIT = 57_600

const reader = new IsoReader()

/** time as text: `10:00:00.123456`. */
export const timeCodec: Codec<string> = {
  name: "time",
  resultFormat: BINARY,
  decodeText: (source, start, end) => {
    if (reader.time(source.bytes, start, end) && !reader.hasOffset) return source.ascii(start, end)
    throw new DecodeError("time", "the text is not a time of day")
  },
  decodeBinary: (source, start, end) => {
    if (end - start !== 8) throw new DecodeError("time", `8 bytes expected, ${end - start} received`)
    return clock("time", source, start)
  },
  encodeText: (value) =>
    temporalKind(value) === "PlainTime"
      ? temporalText("time", value)
      : onlyText("time", "a string or a Temporal.PlainTime", value),
  encodeBinary: (value, writer) => {
    const text = temporalKind(value) === "PlainTime" ? temporalText("time", value) : value
    if (typeof text !== "string" || !reader.timeOf(text) || reader.hasOffset) return false
    writeMicroseconds(writer, reader.second, reader.micros)
    return true
  },
}

/** timetz as text: `10:00:00.123456+05:30`. */
export const timetzCodec: Codec<string> = {
  name: "timetz",
  resultFormat: BINARY,
  decodeText: (source, start, end) => {
    if (reader.time(source.bytes, start, end) && reader.hasOffset) return source.ascii(start, end)
    throw new DecodeError("timetz", "the text is not a time of day with an offset")
  },
  decodeBinary: (source, start, end) => {
    if (end - start !== 12) throw new DecodeError("timetz", `12 bytes expected, ${end - start} received`)
    const west = source.view.getInt32(start + 8)
    if (west <= -OFFSET_LIMIT || west >= OFFSET_LIMIT) throw new DecodeError("timetz", "the offset is out of range")
    return clock("timetz", source, start) + isoOffset(-west)
  },
  encodeText: (value) => onlyText("timetz", "a string", value),
  encodeBinary: (value, writer) => {
    if (typeof value !== "string" || !reader.timeOf(value) || !reader.hasOffset) return false
    if (Math.abs(reader.offset) >= OFFSET_LIMIT) return false
    writeMicroseconds(writer, reader.second, reader.micros)
    writer.int32(-reader.offset)
    return true
  },
}

function clock(type: string, source: ByteSource, start: number): string {
  const high = source.view.getInt32(start)
  const low = source.view.getUint32(start + 4)
  const second = wholeSeconds(high, low)
  const micros = restMicros(high, low)
  if (second >= 0 && (second < SECONDS_PER_DAY || (second === SECONDS_PER_DAY && micros === 0))) {
    return isoTime(second, micros)
  }
  throw new DecodeError(type, "the value is beyond 24 hours")
}
