import { expect, test } from "vitest"
import { md5Password } from "../../../src/auth/md5.ts"

test("the password hashed with the user, then with the salt", () => {
  // select 'md5' || md5(decode(md5('secret' || 'me'), 'escape') || '\x01020304') on a server
  expect(md5Password("me", "secret", Uint8Array.of(1, 2, 3, 4))).toBe("md58322d584bf59f0253d58346307bb6ba3")
})

test("salt and user both matter, and text is UTF-8", () => {
  const salt = Uint8Array.of(0, 255, 128, 10)
  const all = [
    md5Password("me", "sécret", salt),
    md5Password("you", "sécret", salt),
    md5Password("me", "sécret", Uint8Array.of(0, 255, 128, 11)),
  ]
  expect(new Set(all).size).toBe(3)
  for (const text of all) expect(text).toMatch(/^md5[0-9a-f]{32}$/)
})
