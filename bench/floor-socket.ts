/**
 * The floor runner's socket: logs in with SCRAM, then walks reply headers in one reused receive buffer and resolves the
 * oldest waiting call at each ReadyForQuery with the number of rows that came.
 */

import { once } from "node:events"
import { connect, type Socket } from "node:net"
import type { ServerAddress } from "./dataset.ts"
import { startup, terminate } from "./floor-frames.ts"
import { ScramLogin } from "./floor-scram.ts"

const BUFFER_SIZE = 64 * 1024
const HEADER = 5
const DATA_ROW = 0x44
const READY_FOR_QUERY = 0x5a
const ERROR_RESPONSE = 0x45
const AUTHENTICATION = 0x52

interface Waiter {
  readonly resolve: (rows: number) => void
  readonly reject: (error: Error) => void
}

/** One connection. */
export class FloorSocket {
  readonly #socket: Socket
  readonly #buffer: Buffer = Buffer.alloc(BUFFER_SIZE)
  readonly #waiters: Waiter[] = []
  /** The header of the current message as far as it has come, and how much of its body is still to skip. */
  readonly #header: Buffer = Buffer.alloc(HEADER)
  #headerLength = 0
  #toSkip = 0
  #rows = 0
  /** Present until the session is open: the only replies whose bodies are read. */
  #login: ScramLogin | undefined

  private constructor(server: ServerAddress) {
    const { host, port, user, password } = server
    this.#login = new ScramLogin(user, password)
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: this.#buffer,
        callback: (count) => {
          this.#walk(count)
          return true
        },
      },
    })
    this.#socket.on("error", (error) => this.#fail(error))
  }

  static async open(server: ServerAddress): Promise<FloorSocket> {
    const socket = new FloorSocket(server)
    await socket.send(startup({ user: server.user, database: server.database }))
    return socket
  }

  /** Sends bytes that one ReadyForQuery answers. */
  send(bytes: Buffer): Promise<number> {
    this.write(bytes)
    return this.expect()
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** Waits for the next ReadyForQuery that nobody waits for yet. */
  expect(): Promise<number> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  async close(): Promise<void> {
    this.#socket.end(terminate)
    await once(this.#socket, "close")
  }

  #walk(count: number): void {
    const buffer = this.#buffer
    let position = 0
    while (position < count) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, count - position)
        this.#toSkip -= skipped
        position += skipped
      } else if (this.#headerLength === 0 && position + HEADER <= count) {
        this.#begin(buffer[position]!, buffer.readInt32BE(position + 1), position + HEADER)
        position += HEADER
      } else {
        this.#header[this.#headerLength++] = buffer[position++]!
        if (this.#headerLength === HEADER) {
          this.#headerLength = 0
          this.#begin(this.#header[0]!, this.#header.readInt32BE(1), position)
        }
      }
    }
  }

  #begin(type: number, length: number, bodyAt: number): void {
    this.#toSkip = length - 4
    if (type === DATA_ROW) this.#rows++
    else if (type === READY_FOR_QUERY) this.#ready()
    else if (type === AUTHENTICATION) this.#authenticate(bodyAt, bodyAt + length - 4)
    else if (type === ERROR_RESPONSE) this.#fail(new Error(this.#text(bodyAt, bodyAt + length - 4)))
  }

  #ready(): void {
    const rows = this.#rows
    this.#rows = 0
    this.#login = undefined
    this.#waiters.shift()?.resolve(rows)
  }

  /** Login messages are short and come whole: the server waits for the answer to each. */
  #authenticate(start: number, end: number): void {
    const answer = this.#login?.answer(this.#buffer.subarray(start, end))
    if (answer !== undefined) this.write(answer)
  }

  #text(start: number, end: number): string {
    return this.#buffer.toString("utf8", start, end).replaceAll("\0", " ")
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error)
    this.#socket.destroy()
  }
}
