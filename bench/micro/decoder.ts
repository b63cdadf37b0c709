/**
 * The decoder alone: a chunk of 64 KiB cut into frames, rows and the replies of point selects.
 */

import { bench, run } from "mitata"
import { ByteSource } from "../../src/base/byte-source.ts"
import { Decoder } from "../../src/protocol/decoder.ts"
import { bindComplete, commandComplete, dataRow, readyForQuery } from "../../test/support/backend-messages.ts"
import { sampleRows } from "./sample-rows.ts"

const CHUNK = 64 * 1024
const ROWS = 400

let rows = 0
let frames = 0
const sink = {
  onRow: (): void => {
    rows++
  },
  onFrame: (): void => {
    frames++
  },
  onReady: (): void => {
    frames++
  },
  onAsync: (): void => {
    frames++
  },
}

const { bytes } = sampleRows(ROWS, 7)
const rowSource = new ByteSource(bytes)
const rowDecoder = new Decoder(sink, sink)
bench(`${ROWS} rows of 7 columns`, () => rowDecoder.push(rowSource, 0, bytes.length))

const reply = Buffer.concat([bindComplete(), dataRow("1", "one", "1.25"), commandComplete("SELECT 1"), readyForQuery()])
const replies = Math.floor(CHUNK / reply.length)
const chunk = new ByteSource(Buffer.concat(Array.from({ length: replies }, () => reply)))
const replyDecoder = new Decoder(sink, sink)
bench(`${replies} replies to point selects`, () => replyDecoder.push(chunk, 0, chunk.bytes.length))

const cutDecoder = new Decoder(sink, sink)
const half = Math.floor(bytes.length / 2) + 3
bench(`${ROWS} rows in two chunks that cut a row`, () => {
  cutDecoder.push(rowSource, 0, half)
  cutDecoder.push(rowSource, half, bytes.length)
})

await run()
if (rows === 0 || frames === 0) throw new Error("nothing was decoded")
