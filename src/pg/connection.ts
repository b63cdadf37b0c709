/**
 * What submittables and tracers know as `client.connection`: an emitter of the protocol's messages, with a method for
 * each request. Below it is a link of the core, which runs the start-up, carries one exchange per submittable and dies
 * once; above it is the client. The stream is the program's to see, and its errors and its end are told as they come.
 *
 *     stream ──▶ StreamTransport ──▶ Link ──▶ MessageExchange ──▶ Connection ──events──▶ Client ──▶ Query
 *
 * @see https://github.com/brianc/node-postgres/tree/master/packages/pg-protocol
 */

import type { AuthResponder } from "../auth/authenticator.ts"
import type { ByteSource } from "../base/byte-source.ts"
import type { Stop } from "../base/stop.ts"
import { ConnectionError, ProtocolError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import type { Line, Outcome } from "../exchange/exchange.ts"
import { Link } from "../link/link.ts"
import { PROTOCOL_3_0 } from "../protocol/codes.ts"
import type { Encoder } from "../protocol/encoder.ts"
import type { TransportAddress } from "../transport/transport.ts"
import { databaseError, noticeMessage } from "./database-error.ts"
import { MessageExchange, type SubmitHost, throwOutside } from "./message-exchange.ts"
import {
  type Field,
  notificationMessage,
  type PgMessage,
  type RowDescriptionMessage,
  readDataRow,
  readMessage,
} from "./messages.ts"
import { Socket, secureStream } from "./node-runtime.ts"
import { RequestEncoder } from "./request-encoder.ts"
import { type SocketLike, StreamTransport } from "./stream-transport.ts"
import type { RowReceiver, Submittable } from "./submittable.ts"
import { tlsOptions, tlsRefusal } from "./tls.ts"

/** What a connection is made of. */
export interface ConnectionOptions {
  /** A stream to use, or what makes one. */
  readonly stream?: SocketLike | ((options: ConnectionOptions) => SocketLike) | undefined
  readonly ssl?: unknown
  readonly sslNegotiation?: string | undefined
  readonly keepAlive?: boolean
  readonly keepAliveInitialDelayMillis?: number
  readonly encoding?: string
}

/** One connection to a server. */
export class Connection extends RequestEncoder {
  declare _keepAlive: boolean | undefined
  declare _keepAliveInitialDelayMillis: number | undefined
  declare ssl: unknown
  declare sslNegotiation: string
  declare _ending: boolean
  declare _emitMessage: boolean
  declare _connecting: boolean
  readonly #options: ConnectionOptions
  #transport: StreamTransport | undefined
  #link: Link | undefined
  /** Where requests go once the first exchange has been written. */
  #line: Line | undefined
  #port: number | string = 0
  #host: string | undefined
  #rowReceiver: RowReceiver | undefined
  #fields: readonly Field[] = []

  constructor(options: ConnectionOptions = {}) {
    super()
    const { stream } = options
    this.#options = options
    this.stream = (typeof stream === "function" ? stream(options) : stream) || new Socket()
    this._keepAlive = options.keepAlive
    this._keepAliveInitialDelayMillis = options.keepAliveInitialDelayMillis
    this.parsedStatements = {}
    this.submittedNamedStatements = {}
    this.ssl = options.ssl || false
    this.sslNegotiation = options.sslNegotiation || "postgres"
    this._ending = false
    this._emitMessage = false
    this.on("newListener", (event) => {
      if (event === "message") this._emitMessage = true
    })
  }

  /** Opens the stream: `connect(port, host)` or `connect(path)`. Emits `connect`, and `sslconnect` once TLS is under way. */
  connect(port: number | string, host?: string): void {
    this._connecting = true
    this.#port = port
    this.#host = host
    const { stream } = this
    stream.setNoDelay?.(true)
    const connect = stream.connect as (port: number | string, host?: string) => unknown
    connect.call(stream, port, host)
    stream.once("connect", () => {
      if (this._keepAlive) stream.setKeepAlive?.(true, this._keepAliveInitialDelayMillis)
      this.emit("connect")
    })
    stream.on("error", this.#onStreamError)
    stream.on("close", () => {
      this.#transport?.handler.onClose(undefined)
      this.emit("end")
    })
    if (!this.ssl) this.attachListeners(stream)
    else if (this.sslNegotiation === "direct") stream.once("connect", () => this.#upgrade())
    else stream.once("data", (answer: Uint8Array) => this.#onTlsAnswer(answer))
  }

  /** Has a stream's bytes read. */
  attachListeners(stream: SocketLike): void {
    this.#transport = new StreamTransport(stream, this.#address(), () => this.#onLinkEnded())
  }

  /** Asks for TLS. */
  requestSsl(): void {
    this.encoder.sslRequest()
    this.written()
  }

  /**
   * Begins the session: everything that follows, up to `readyForQuery`, is the link's doing.
   * @param isSerial one query is answered before the next is sent
   */
  startup(parameters: Readonly<Record<string, string>>, authenticator: AuthResponder, isSerial = false): void {
    const link = new Link(this.#transport!, {
      listener: {
        onNotice: (notice) => this.#deliver(noticeMessage(notice)),
        onNotification: (notification) => this.#deliver(notificationMessage(notification)),
        onParameter: (parameterName, parameterValue) =>
          this.#deliver({ name: "parameterStatus", length: 0, parameterName, parameterValue }),
      },
      dialCancel: () => this.#dialAnother(),
    })
    this.#link = link
    const request = { version: PROTOCOL_3_0, minVersion: PROTOCOL_3_0, parameters, authenticator }
    link.start(request).then(
      () => this.#onStarted(link),
      () => {}, // told by the events of the connection
    )
    link.isSerial = isSerial
  }

  /** Runs a submittable: it writes its request now, or as soon as the stream takes it. */
  run(query: Submittable, host: SubmitHost, stop?: Stop): void {
    this.#link?.run(new MessageExchange(this, host, query), stop)
  }

  /** Has a submittable write its request on the line that it was given. Returns what `submit` returns. */
  submit(query: Submittable, line: Line): Error | undefined {
    this.#line = line
    return this.gather(query)
  }

  /** Takes rows as bytes, unless somebody listens to the messages. */
  receiveRowsBy(receiver: RowReceiver | undefined): void {
    this.#rowReceiver = this._emitMessage || this.listenerCount("dataRow") > 1 ? undefined : receiver
  }

  /** A DataRow of the exchange that is being answered. */
  receiveRow(source: ByteSource, start: number, end: number): void {
    if (this.#rowReceiver !== undefined) this.#rowReceiver.receiveRow(source, start, end)
    else this.#emitMessage(readDataRow(source, start, end, this.#fields))
  }

  /** Another message of that exchange. */
  receive(type: number, source: ByteSource, start: number, end: number): void {
    const message = readMessage(type, source, start, end)
    if (message === undefined) {
      throw new ProtocolError(`the server sent a message of type "${String.fromCharCode(type)}" that nobody can take`)
    }
    if (message.name === "copyInResponse") this.loseSyncs()
    if (message.name === "rowDescription") this.#fields = (message as RowDescriptionMessage).fields
    this.#emitMessage(message)
  }

  /** The end of that exchange, unless more of it was asked for: then nobody is ready yet. */
  receiveReady(status: number): Outcome {
    if (this.owesAnother() && this.#link?.isSerial) return "more"
    this.#emitMessage({ name: "readyForQuery", length: 5, status: String.fromCharCode(status) })
    return "done"
  }

  /** Tells the server to stop what another session does. */
  cancel(processID: number, secretKey: number): void {
    const key = new DataView(new ArrayBuffer(4))
    key.setInt32(0, secretKey)
    this.encoder.cancelRequest(processID, new Uint8Array(key.buffer))
    this.written()
  }

  /** Says goodbye and closes, whatever the server still owes. */
  override end(): void {
    this._ending = true
    if (this.#link?.isIdle) {
      void this.#link.close()
      return
    }
    if (this._connecting && this.stream.writable) {
      this.encoder.terminate()
      this.written()
    }
    this.stream.end()
  }

  /** Closes once everything is answered. */
  endWhenIdle(): void {
    this._ending = true
    void this.#link?.close()
  }

  ref(): void {
    this.stream.ref?.()
  }

  unref(): void {
    this.stream.unref?.()
  }

  protected override get linkEncoder(): Encoder | undefined {
    return this.#line?.encoder
  }

  protected override transmit(): void {
    if (this.#line !== undefined) this.#line.transmit()
    else if (this.stream.writable) this.stream.write(this.encoder.writer.take())
  }

  #address(): TransportAddress {
    const port = this.#port
    return typeof port === "string" && this.#host === undefined
      ? { kind: "unix", path: port }
      : { kind: "tcp", address: this.#host ?? "localhost", port: Number(port) }
  }

  readonly #onStreamError = (error: Error & { code?: string }): void => {
    // After goodbye it does not matter how the server hangs up.
    if (this._ending && (error.code === "ECONNRESET" || error.code === "EPIPE")) return
    this.emit("error", error)
  }

  #onTlsAnswer(answer: Uint8Array): void {
    const refusal = tlsRefusal(answer)
    if (refusal === undefined) {
      this.#upgrade()
      return
    }
    this.stream.end()
    this.emit("error", refusal)
  }

  #upgrade(): void {
    try {
      this.stream = secureStream(tlsOptions(this.stream, this.#host, this.ssl, this.sslNegotiation))
    } catch (error) {
      this.emit("error", error)
      return
    }
    this.attachListeners(this.stream)
    this.stream.on("error", this.#onStreamError)
    this.emit("sslconnect")
  }

  #onStarted(link: Link): void {
    const { processId, secretKey } = link.server
    if (processId !== undefined && secretKey !== undefined) {
      const key = new DataView(secretKey.buffer, secretKey.byteOffset).getInt32(0)
      this.#deliver({ name: "backendKeyData", length: 12, processID: processId, secretKey: key })
    }
    this.#deliver({ name: "readyForQuery", length: 5, status: "I" })
  }

  /** The link has given up: the server has announced the end, or cannot be understood. A lost stream tells itself. */
  #onLinkEnded(): void {
    const reason = this.#link?.reason
    if (reason instanceof ServerError) this.#deliver(databaseError(reason))
    else if (reason !== undefined && !(reason instanceof ConnectionError))
      this.#contain(() => this.emit("error", reason))
  }

  /** Another stream to the same server, for a request to cancel. */
  #dialAnother(): Promise<StreamTransport> {
    if (typeof this.#options.stream === "object") {
      return Promise.reject(new Error("there is no way to make another stream like the given one"))
    }
    return new Promise((resolve, reject) => {
      const another = connectionWith(this.#options)
      // As often as its streams fail: both of them do where one secures the other.
      another.on("error", reject)
      another.once("end", () => reject(new Error("Connection terminated unexpectedly")))
      another.once("connect", () => {
        if (!another.ssl) resolve(another.#transport!)
        else if (another.sslNegotiation !== "direct") another.requestSsl()
      })
      another.once("sslconnect", () => resolve(another.#transport!))
      another.connect(this.#port, this.#host)
    })
  }

  /** For messages that come between exchanges. */
  #deliver<M extends PgMessage>(message: M): void {
    this.#contain(() => this.#emitMessage(message))
  }

  #contain(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      throwOutside(error)
    }
  }

  #emitMessage<M extends PgMessage>(message: M): void {
    if (this._emitMessage) this.emit("message", message)
    this.emit(message.name === "error" ? "errorMessage" : message.name, message)
  }
}

function connectionWith(options: ConnectionOptions): Connection {
  return new Connection(options)
}
