/**
 * The oldest of the password methods: MD5 over MD5, with the user name and four random bytes as salts.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */

import { md5Hex } from "#platform"

const encoder = new TextEncoder()

/** The text of the PasswordMessage that answers AuthenticationMD5Password. */
export function md5Password(user: string, password: string, salt: Uint8Array): string {
  const inner = encoder.encode(md5Hex(encoder.encode(password + user)))
  const salted = new Uint8Array(inner.length + salt.length)
  salted.set(inner)
  salted.set(salt, inner.length)
  return `md5${md5Hex(salted)}`
}
