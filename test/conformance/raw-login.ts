/**
 * The barest client that can log in: a socket, the Authenticator and the simple protocol. It lets authentication be
 * tested against real servers without anything of link/ in between.
 */

import { once } from "node:events"
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls, type TLSSocket } from "node:tls"
import { Authenticator, type AuthenticatorOptions, type AuthReply } from "../../src/auth/authenticator.ts"

/** Where and as whom. */
export interface RawLoginOptions extends Partial<AuthenticatorOptions> {
  readonly port: number
  readonly user: string
  readonly tls?: boolean
  /** A statement to run once logged in. */
  readonly sql?: string
}

/** What came of it: the SASL mechanism used, if any. Errors of the server are thrown with its message. */
export async function rawLogin({
  port,
  user,
  tls = false,
  sql,
  ...rest
}: RawLoginOptions): Promise<string | undefined> {
  let socket: Socket = connectTcp(port, "127.0.0.1")
  try {
    await once(socket, "connect")
    if (tls) socket = await startTls(socket)
    const certificate = tls ? (socket as TLSSocket).getPeerX509Certificate()?.raw : undefined
    return await logIn(socket, user, sql, {
      user,
      password: async () => "secret",
      requireAuth: undefined,
      channelBinding: "prefer",
      sslInUse: tls,
      serverCertificate: certificate,
      scramIterationLimit: 1_000_000,
      hostLabel: "the server",
      ...rest,
    })
  } finally {
    if (!socket.destroyed) await once(socket.destroy(), "close")
  }
}

async function startTls(socket: Socket): Promise<TLSSocket> {
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
  const [answer] = (await once(socket, "data")) as [Buffer]
  if (answer.toString() !== "S") throw new Error("the server has no TLS")
  const secure = connectTls({ socket, rejectUnauthorized: false })
  await once(secure, "secureConnect")
  return secure
}

async function logIn(
  socket: Socket,
  user: string,
  sql: string | undefined,
  options: AuthenticatorOptions,
): Promise<string | undefined> {
  const authenticator = new Authenticator(options)
  let mechanism: string | undefined
  let pending = Buffer.alloc(0)
  let query = sql
  const parameters = ["user", user, "database", "postgres", "client_encoding", "UTF8", ""].map((text) => `${text}\0`)
  socket.write(withLength(Buffer.from([0, 3, 0, 0]), Buffer.from(parameters.join(""))))
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 5 && pending.length > pending.readInt32BE(1)) {
      const end = pending.readInt32BE(1) + 1
      const type = String.fromCharCode(pending[0]!)
      const body = pending.subarray(5, end)
      pending = pending.subarray(end)
      if (type === "E") throw new Error(body.toString())
      if (type === "R") {
        const reply = await authenticator.respond(body.readInt32BE(0), body.subarray(4))
        if (reply?.kind === "sasl-initial") mechanism = reply.mechanism
        if (reply !== undefined) socket.write(replyMessage(reply))
      }
      if (type === "Z") {
        if (query === undefined) return mechanism
        socket.write(Buffer.concat([Buffer.from("Q"), withLength(Buffer.from(`${query}\0`))]))
        query = undefined
      }
    }
  }
  throw new Error("the server closed the connection")
}

function replyMessage(reply: AuthReply): Buffer {
  const type = Buffer.from("p")
  switch (reply.kind) {
    case "password":
      return Buffer.concat([type, withLength(Buffer.from(`${reply.text}\0`))])
    case "sasl":
      return Buffer.concat([type, withLength(reply.data)])
    case "sasl-initial": {
      const length = Buffer.alloc(4)
      length.writeInt32BE(reply.data.length)
      return Buffer.concat([type, withLength(Buffer.from(`${reply.mechanism}\0`), length, reply.data)])
    }
  }
}

function withLength(...parts: Uint8Array[]): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(4 + parts.reduce((sum, part) => sum + part.length, 0))
  return Buffer.concat([length, ...parts])
}
