/**
 * Stands between a client and a server and takes down the SQL that passes: the text of every Query and Parse message.
 */

import { connect, createServer, type Socket } from "node:net"
import { parseFields, queryText } from "../../support/frontend-frames.ts"

/** A proxy that listens. */
export interface RecordingProxy {
  readonly port: number
  /** What has passed so far, in the order in which it came. */
  readonly statements: readonly string[]
  close(): Promise<void>
}

/** Cuts what a client sends into messages; the first has no type. */
class FrontendReader {
  readonly #onStatement: (text: string) => void
  #pending: Buffer = Buffer.alloc(0)
  #isStarted = false

  constructor(onStatement: (text: string) => void) {
    this.#onStatement = onStatement
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      const header = this.#isStarted ? 1 : 0
      if (this.#pending.length < header + 4) return
      const end = header + this.#pending.readUInt32BE(header)
      if (this.#pending.length < end) return
      if (this.#isStarted) {
        const type = String.fromCharCode(this.#pending[0]!)
        const frame = { type, body: this.#pending.subarray(5, end) }
        if (type === "Q") this.#onStatement(queryText(frame))
        else if (type === "P") this.#onStatement(parseFields(frame).text)
      }
      this.#isStarted = true
      this.#pending = this.#pending.subarray(end)
    }
  }
}

/** Starts a proxy to a server. */
export async function startRecordingProxy(host: string, port: number): Promise<RecordingProxy> {
  const statements: string[] = []
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(port, host)
    const reader = new FrontendReader((text) => statements.push(text))
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.on("error", () => other.destroy())
      socket.on("close", () => {
        sockets.delete(socket)
        other.end()
      })
    }
    client.on("data", (chunk: Buffer) => {
      reader.push(chunk)
      server.write(chunk)
    })
    server.pipe(client)
  })
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  const address = proxy.address()
  if (address === null || typeof address === "string") throw new Error("the proxy has no port")
  return {
    port: address.port,
    statements,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        proxy.close(() => resolve())
      }),
  }
}
