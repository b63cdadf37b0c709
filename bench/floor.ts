/**
 * The limit: a runner on a raw socket that sends messages encoded beforehand and only walks the headers of the replies.
 * It decodes nothing and checks nothing but errors, so no driver in this runtime can be faster by more than noise. All
 * results are asked for in binary, which is the least work for the server too.
 *
 *     calls ──▶ [ frame | frame | … ] one write a tick ──▶ socket ──▶ header, skip, header, skip … Z ▶ resolve
 */

import { type InsertRow, insertRow, type ServerAddress, statements } from "./dataset.ts"
import type { BenchDriver } from "./driver.ts"
import * as frames from "./floor-frames.ts"
import { FloorSocket } from "./floor-socket.ts"
import { PartialClient } from "./partial-client.ts"

/** Frames that differ in one key, side by side in one buffer: the queries of one tick. */
class FrameBatch {
  readonly #bytes: Buffer
  readonly #frameLength: number
  readonly #keyOffset: number
  #count = 0

  /** @param keyOffset where in the frame the 8 bytes of the key are */
  constructor(frame: Buffer, keyOffset: number, capacity: number) {
    this.#bytes = Buffer.concat(Array.from({ length: capacity }, () => frame))
    this.#frameLength = frame.length
    this.#keyOffset = keyOffset
  }

  add(key: number): void {
    const start = this.#count++ * this.#frameLength
    this.#bytes.writeInt32BE(key, start + this.#keyOffset + 4)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#count * this.#frameLength)
    this.#count = 0
    return taken
  }
}

const CAPACITY = 64

const one = frames.query("select 1 as one")
const point = frames.run(statements.point.name, [Buffer.alloc(8)])
const keyOffset = frames.firstParameterOffset(statements.point.name)
/** There is one connection under measurement at a time. */
const points = new FrameBatch(Buffer.concat([point, frames.sync]), keyOffset, CAPACITY)
const unsynced = new FrameBatch(point, keyOffset, CAPACITY)
const catalogParameters = [frames.int32(-1), Buffer.from([1])]
const catalog = Buffer.concat([frames.run(statements.catalog.name, catalogParameters), frames.sync])
const mixed = Buffer.concat([frames.run(statements.mixed.name, []), frames.sync])
/** When all were used they come again. */
const inserts: readonly Buffer[] = Array.from({ length: 1000 }, (_, i) => encodeInsert(insertRow(i)))

class FloorClient extends PartialClient {
  readonly #socket: FloorSocket
  #scheduled = false
  #isPrepared = false
  #preparing: Promise<void> | undefined

  constructor(socket: FloorSocket) {
    super()
    this.#socket = socket
  }

  override selectOne(): Promise<unknown> {
    return this.#socket.send(one)
  }

  override pointSelect(id: number): Promise<unknown> {
    if (!this.#isPrepared) return this.#prepare().then(() => this.pointSelect(id))
    points.add(id)
    if (!this.#scheduled) {
      this.#scheduled = true
      process.nextTick(this.#flush)
    }
    return this.#socket.expect()
  }

  override pointSelects(ids: readonly number[]): Promise<unknown> {
    if (!this.#isPrepared) return this.#prepare().then(() => this.pointSelects(ids))
    for (const id of ids) unsynced.add(id)
    return this.#socket.send(Buffer.concat([unsynced.take(), frames.sync]))
  }

  override catalog(): Promise<unknown> {
    if (!this.#isPrepared) return this.#prepare().then(() => this.catalog())
    return this.#socket.send(catalog)
  }

  override mixed(): Promise<unknown> {
    if (!this.#isPrepared) return this.#prepare().then(() => this.mixed())
    return this.#socket.send(mixed)
  }

  override insert(row: InsertRow): Promise<unknown> {
    if (!this.#isPrepared) return this.#prepare().then(() => this.insert(row))
    return this.#socket.send(inserts[row.id % inserts.length]!)
  }

  override close(): Promise<void> {
    return this.#socket.close()
  }

  /** Prepares the statements once, before the first of them is used. */
  #prepare(): Promise<void> {
    this.#preparing ??= this.#sendStatements()
    return this.#preparing
  }

  async #sendStatements(): Promise<void> {
    for (const { name, text } of [statements.point, statements.catalog, statements.mixed, statements.insert]) {
      await this.#socket.send(Buffer.concat([frames.parse(name, text), frames.sync]))
    }
    this.#isPrepared = true
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    if (!points.isEmpty) this.#socket.write(points.take())
  }
}

function encodeInsert({ id, name, createdAt, score }: InsertRow): Buffer {
  const parameters = [frames.int32(id), Buffer.from(name), frames.timestamp(createdAt), frames.float64(score)]
  return Buffer.concat([frames.run(statements.insert.name, parameters), frames.sync])
}

export const floorDriver: BenchDriver = {
  workloads: ["w1", "w2", "w3", "w3s", "w5", "w6", "w11", "w13"],
  connect: async (server: ServerAddress) => new FloorClient(await FloorSocket.open(server)),
}
