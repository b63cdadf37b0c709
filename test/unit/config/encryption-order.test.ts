import { describe, expect, test } from "vitest"
import type { SslMode } from "../../../src/config/config.ts"
import { encryptionOrder } from "../../../src/config/encryption-order.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { fakePlatform } from "./fake-platform.ts"

describe("the order of trying", () => {
  const hosts = resolveConfig("host=a,/s", undefined, { platform: fakePlatform() }).hosts

  test.each<[SslMode, string[]]>([
    ["disable", ["plain"]],
    ["allow", ["plain", "tls"]],
    ["prefer", ["tls", "plain"]],
    ["require", ["tls"]],
    ["verify-ca", ["tls"]],
    ["verify-full", ["tls"]],
  ])("with %s", (mode, expected) => {
    expect(encryptionOrder(mode, hosts[0]!)).toEqual(expected)
    expect(encryptionOrder(mode, hosts[1]!)).toEqual(["plain"])
  })
})
