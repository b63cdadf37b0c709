/** Where a password or a token may be sent as it is. */

import { expect, test } from "vitest"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { cleartextObstacle } from "../../../src/link/cleartext.ts"
import type { TlsInfo, TransportAddress } from "../../../src/transport/transport.ts"
import { fakePlatform } from "../config/fake-platform.ts"

const TLS: TlsInfo = {
  protocol: "TLSv1.3",
  cipher: "x",
  alpn: undefined,
  authorized: false,
  peerCertificate: undefined,
  clientCertificate: "not-requested",
}

function isSent(
  conninfo: string,
  address: TransportAddress,
  tls?: TlsInfo,
  method: "password" | "oauth" = "password",
): boolean {
  const config = resolveConfig(conninfo, undefined, { platform: fakePlatform() })
  return cleartextObstacle({ tls, address }, config, method) === undefined
}

const at = (address: string): TransportAddress => ({ kind: "tcp", address, port: 5432 })

test.each(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"])(
  "%s is this machine",
  (address) => {
    expect(isSent("", at(address))).toBe(true)
  },
)

test.each(["10.0.0.1", "128.0.0.1", "12.7.0.1", "::2", "fe80::1%eth0", "::ffff:10.0.0.1", "0.0.0.0", "2001:db8::1"])(
  "%s is another machine",
  (address) => {
    expect(isSent("", at(address))).toBe(false)
    expect(isSent("sslmode=prefer", at(address))).toBe(false)
    expect(isSent("", at(address), TLS)).toBe(true)
  },
)

test.each<[string, boolean]>([
  ["sslmode=disable", true],
  ["sslmode=allow", true],
  ["require_auth=password", true],
  ["require_auth=md5,password", true],
  ["require_auth=!md5", false],
  ["require_auth=!none", false],
])("%s gives leave: %s", (conninfo, expected) => {
  expect(isSent(conninfo, at("10.0.0.1"))).toBe(expected)
})

test("each method needs its own leave", () => {
  const elsewhere = at("10.0.0.1")
  expect(isSent("require_auth=oauth", elsewhere, undefined, "oauth")).toBe(true)
  expect(isSent("require_auth=password", elsewhere, undefined, "oauth")).toBe(false)
  expect(isSent("require_auth=oauth", elsewhere)).toBe(false)
  expect(isSent("", elsewhere, TLS, "oauth")).toBe(true)
})

test("a unix socket is this machine", () => {
  expect(isSent("", { kind: "unix", path: "/tmp/.s.PGSQL.5432" })).toBe(true)
})
