/**
 * COPY as streams, as the package `pg-copy-streams` has it: `from` is a Writable for COPY … FROM STDIN, `to` a Readable for
 * COPY … TO STDOUT, `both` a Duplex for replication. Each is given to `client.query`.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */

import type { CommandCompleteMessage, CopyDataMessage } from "./messages.ts"
import { Duplex, Readable, Writable } from "./node-runtime.ts"
import type { RequestWriter, Submittable } from "./submittable.ts"

/** What Node's streams may be told; see `stream.Readable` and `stream.Writable`. */
export interface CopyStreamOptions {
  readonly highWaterMark?: number
}

type Done = (error?: Error | null) => void

/** A query with a time limit wants a callback to end it with. */
const nothing = (): void => {}

/** Sends what a stream writes, at the pace of the connection, once the server waits for it. */
class CopySender {
  connection: RequestWriter | undefined
  /** Whether the server takes data. */
  isOpen = false
  #waiting: (() => void) | undefined

  /** The server takes data now. */
  open(): void {
    this.isOpen = true
    const run = this.#waiting
    this.#waiting = undefined
    run?.()
  }

  send(chunk: Uint8Array, done: Done): void {
    this.when(() => {
      const { connection } = this
      connection!.sendCopyFromChunk(chunk)
      if (connection!.stream.writableNeedDrain) connection!.stream.once("drain", () => done())
      else done()
    })
  }

  /** Runs now, or once the server takes data. */
  when(run: () => void): void {
    if (this.isOpen) run()
    else this.#waiting = run
  }
}

/** COPY … FROM STDIN. */
export class CopyFromStream extends Writable implements Submittable {
  readonly text: string
  /** How many rows there were, once the stream has finished. */
  rowCount = 0
  callback: () => void = nothing
  readonly #sender = new CopySender()
  #final: Done | undefined
  #destroyed: Done | undefined
  /** The server has ended the COPY. */
  #isOver = false

  constructor(text: string, options?: CopyStreamOptions) {
    super(options)
    this.text = text
  }

  submit(connection: RequestWriter): Error | undefined {
    if (this.destroyed) return givenUp()
    this.#sender.connection = connection
    connection.query(this.text)
    return undefined
  }

  handleCopyInResponse(): void {
    this.#sender.open()
  }

  handleCommandComplete(message: CommandCompleteMessage): void {
    this.rowCount = rowCountOf(message)
  }

  handleReadyForQuery(): void {
    this.#isOver = true
    this.callback()
    if (this.#final) this.#final()
    else if (this.#destroyed) this.#destroyed()
    else this.destroy(unwanted())
  }

  handleError(error: Error): void {
    this.#isOver = true
    this.callback()
    const done = this.#destroyed
    if (done) done(error)
    else this.destroy(error)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#sender.send(chunk, done)
  }

  override _final(done: Done): void {
    this.#final = done
    this.#sender.when(() => this.#sender.connection!.endCopyFrom())
  }

  /** Has the server forget what it was sent; the stream ends with the server's error, which says so. */
  override _destroy(error: Error | null, done: Done): void {
    const { connection } = this.#sender
    if (this.#isOver || this.#final !== undefined || connection === undefined) {
      done(error)
      return
    }
    this.#sender.when(() => connection.sendCopyFail(error?.message ?? "the copy was given up"))
    if (error === null) this.#destroyed = done
    else done(error)
  }
}

/** COPY … TO STDOUT. */
export class CopyToStream extends Readable implements Submittable {
  readonly text: string
  /** How many rows there were, once the stream has ended. */
  rowCount = 0
  callback: () => void = nothing
  #connection: RequestWriter | undefined

  constructor(text: string, options?: CopyStreamOptions) {
    super(options)
    this.text = text
  }

  submit(connection: RequestWriter): Error | undefined {
    if (this.destroyed) return givenUp()
    this.#connection = connection
    connection.query(this.text)
    return undefined
  }

  handleCopyData(message: CopyDataMessage): void {
    if (!this.destroyed && !this.push(message.chunk)) this.#connection!.stream.pause()
  }

  handleCommandComplete(message: CommandCompleteMessage): void {
    this.rowCount = rowCountOf(message)
    this.push(null)
  }

  handleEmptyQuery(): void {
    this.push(null)
  }

  handleReadyForQuery(): void {
    this.callback()
  }

  handleError(error: Error): void {
    this.callback()
    this.destroy(error)
  }

  override _read(): void {
    if (this.#connection?.stream.isPaused()) this.#connection.stream.resume()
  }

  /** The rest has still to be read, or the connection would never be free. */
  override _destroy(error: Error | null, done: Done): void {
    this._read()
    done(error)
  }
}

/** COPY in both directions: what replication speaks. */
export class CopyBothStream extends Duplex implements Submittable {
  readonly text: string
  callback: () => void = nothing
  readonly #sender = new CopySender()
  #isOver = false

  constructor(text: string, options?: CopyStreamOptions) {
    super(options)
    this.text = text
  }

  submit(connection: RequestWriter): Error | undefined {
    if (this.destroyed) return givenUp()
    this.#sender.connection = connection
    connection.on("replicationStart", this.#onStart)
    connection.on("copyDone", this.#onCopyDone)
    connection.query(this.text)
    return undefined
  }

  handleCopyInResponse(): void {
    this.#sender.open()
  }

  handleCopyData(message: CopyDataMessage): void {
    if (!this.destroyed && !this.push(message.chunk)) this.#sender.connection!.stream.pause()
  }

  handleCommandComplete(): void {
    this.push(null)
  }

  handleReadyForQuery(): void {
    this.#end()
    if (!this.#sender.isOpen) this.destroy(unwanted())
  }

  handleError(error: Error): void {
    this.#end()
    this.destroy(error)
  }

  override _read(): void {
    const stream = this.#sender.connection?.stream
    if (stream?.isPaused()) stream.resume()
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#sender.send(chunk, done)
  }

  override _final(done: Done): void {
    this.#sender.when(() => {
      if (!this.#isOver) this.#sender.connection!.endCopyFrom()
      done()
    })
  }

  /** The server is asked to stop, and what is still under way is passed over, or the connection would never be free. */
  override _destroy(error: Error | null, done: Done): void {
    const { connection } = this.#sender
    if (connection && !this.#isOver && !this.writableFinished) this.#sender.when(() => connection.endCopyFrom())
    this._read()
    done(error)
  }

  readonly #onStart = (): void => this.#sender.open()

  readonly #onCopyDone = (): void => {
    this.push(null)
  }

  #end(): void {
    this.#isOver = true
    const { connection } = this.#sender
    connection?.removeListener("replicationStart", this.#onStart)
    connection?.removeListener("copyDone", this.#onCopyDone)
    this.callback()
  }
}

/** A stream may be destroyed while its query still waits for its turn: there is nothing to run then. */
function givenUp(): Error {
  return new Error("the stream was destroyed before its query was run")
}

/** A statement may want no data, such as COPY … FROM a file of the server. */
function unwanted(): Error {
  return new Error("the statement does not take data: it is no COPY from the client")
}

function rowCountOf({ text }: CommandCompleteMessage): number {
  return Number(/^COPY (\d+)/.exec(text)?.[1] ?? 0)
}

/** The functions of `pg-copy-streams`. */
export const copyStreams: {
  from(text: string, options?: CopyStreamOptions): CopyFromStream
  to(text: string, options?: CopyStreamOptions): CopyToStream
  both(text: string, options?: CopyStreamOptions): CopyBothStream
} = {
  from: (text, options) => new CopyFromStream(text, options),
  to: (text, options) => new CopyToStream(text, options),
  both: (text, options) => new CopyBothStream(text, options),
}
