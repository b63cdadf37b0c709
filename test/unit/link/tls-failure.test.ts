import { expect, test } from "vitest"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { handshakeFailure } from "../../../src/link/tls-failure.ts"
import { fakePlatform } from "../config/fake-platform.ts"

const { tls } = resolveConfig("sslmode=verify-full", undefined, { platform: fakePlatform() })

test.each([
  ["CERT_HAS_EXPIRED", false],
  ["ERR_TLS_CERT_ALTNAME_INVALID", false],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", false],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", false],
  ["CERT_NOT_YET_VALID", true],
  ["ECONNRESET", true],
])("%s may go away by itself: %s", (code, transient) => {
  const cause = Object.assign(new Error("no"), { code })
  expect(handshakeFailure(cause, tls)).toMatchObject({ transient, cause, code: "PGLINE_TLS" })
})
