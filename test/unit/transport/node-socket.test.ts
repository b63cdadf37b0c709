/** What the operating system is told about idle peers, as far as Node can tell it. */

import { createServer, Socket } from "node:net"
import { afterEach, expect, test, vi } from "vitest"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { openSocket } from "../../../src/transport/node-socket.ts"
import { fakePlatform } from "../config/fake-platform.ts"

afterEach(() => {
  vi.restoreAllMocks()
})

/** The arguments of `setKeepAlive` for a connection string, none when it was not called. */
async function keepAliveFor(conninfo: string): Promise<unknown[] | undefined> {
  const { keepalives } = resolveConfig(conninfo, undefined, { platform: fakePlatform() })
  const server = createServer((socket) => socket.resume())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  const calls = vi.spyOn(Socket.prototype, "setKeepAlive")
  const address = { kind: "tcp", address: "127.0.0.1", port } as const
  const transport = await openSocket(address, { keepalives }, new AbortController().signal)
  transport.destroy()
  await new Promise((resolve) => server.close(resolve))
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
