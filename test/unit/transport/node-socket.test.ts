/** What the operating system is told about idle peers, as far as Node can tell it, and TLS with a peer that has left. */

import { createServer, Socket } from "node:net"
import { afterEach, expect, test, vi } from "vitest"
import type { Config } from "../../../src/config/config.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { tlsHandshake } from "../../../src/config/tls-handshake.ts"
import { openSocket } from "../../../src/transport/node-socket.ts"
import type { Transport } from "../../../src/transport/transport.ts"
import { within } from "../../support/within.ts"
import { fakePlatform } from "../config/fake-platform.ts"

afterEach(() => {
  vi.restoreAllMocks()
})

/** Works with an open transport to a server that does with its side what it is told. */
async function withTransport<T>(
  { keepalives }: Config,
  onConnection: (socket: Socket) => void,
  work: (transport: Transport) => T | Promise<T>,
): Promise<T> {
  const server = createServer(onConnection)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  const address = { kind: "tcp", address: "127.0.0.1", port } as const
  const transport = await openSocket(address, { keepalives }, new AbortController().signal)
  try {
    return await work(transport)
  } finally {
    transport.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** The arguments of `setKeepAlive` for a connection string, none when it was not called. */
async function keepAliveFor(conninfo: string): Promise<unknown[] | undefined> {
  const config = resolveConfig(conninfo, undefined, { platform: fakePlatform() })
  const calls = vi.spyOn(Socket.prototype, "setKeepAlive")
  await withTransport(
    config,
    (socket) => socket.resume(),
    () => {},
  )
  expect(calls.mock.calls.length).toBeLessThanOrEqual(1)
  return calls.mock.calls[0]
}

test.each<[string, unknown[] | undefined]>([
  ["", [true, undefined]],
  ["keepalives=1", [true, undefined]],
  ["keepalives=0", undefined],
  ["keepalives=0 keepalives_idle=5", undefined],
  ["keepalives_idle=30", [true, 30_000]],
  ["keepalives_idle=30 keepalives_interval=5 keepalives_count=3", [true, 30_000, 5000, 3]],
  ["keepalives_interval=5", [true, 7_200_000, 5000, undefined]],
  ["keepalives_count=3", [true, 7_200_000, undefined, 3]],
  ["keepalives_idle=-1 keepalives_interval=-1", [true, undefined]],
])("%s", async (conninfo, expected) => {
  expect(await keepAliveFor(conninfo)).toEqual(expected)
})

test.each<[string, (socket: Socket) => void, (transport: Transport) => void]>([
  ["the server has closed", (socket) => socket.destroy(), () => {}],
  ["the server has ended its side", (socket) => socket.resume().end(), () => {}],
  ["an abort has closed", (socket) => socket.resume(), (transport) => transport.destroy()],
])("a TLS handshake on a connection that %s meanwhile fails", async (_, onConnection, act) => {
  const platform = fakePlatform()
  const config = resolveConfig("sslmode=require", undefined, { platform })
  await withTransport(config, onConnection, async (transport) => {
    const closed = new Promise<void>((resolve) => {
      transport.handler = { onData: () => {}, onDrain: () => {}, onClose: () => resolve() }
    })
    act(transport)
    await within("close", closed)
    const handshake = tlsHandshake(config.tls, config.hosts[0]!, platform)
    await expect(within("startTls", transport.startTls(handshake, []))).rejects.toThrow("closed the connection")
  })
})
