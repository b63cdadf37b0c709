/** A client with everything at its defaults, and the messages of a server, for the tests of the Authenticator. */

import { Authenticator, type AuthenticatorOptions, type AuthReply } from "../../../src/auth/authenticator.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { fakePlatform } from "../config/fake-platform.ts"

export const NONE: Uint8Array<ArrayBuffer> = new Uint8Array()
export const SALT: Uint8Array<ArrayBuffer> = Uint8Array.of(1, 2, 3, 4)
export const list = (...names: string[]): Buffer => Buffer.from([...names, ""].map((name) => `${name}\0`).join(""))
export const SCRAM: Buffer = list("SCRAM-SHA-256")
export const SCRAM_PLUS: Buffer = list("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")
/** The outer shape of certificates signed by RSA with SHA-256, and by Ed25519. */
export const RSA: Uint8Array<ArrayBuffer> = Uint8Array.from([
  0x30, 0x0f, 0x30, 0x00, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11,
])
export const ED25519: Uint8Array<ArrayBuffer> = Uint8Array.from([
  0x30, 0x09, 0x30, 0x00, 0x30, 0x05, 6, 3, 0x2b, 0x65, 0x70,
])

export interface Setup extends Partial<Omit<AuthenticatorOptions, "requireAuth">> {
  readonly requireAuth?: string
  readonly oauthToken?: string
}

export function make({ requireAuth = "", oauthToken = "token", ...rest }: Setup = {}): Authenticator {
  const config = resolveConfig({ requireAuth, oauthToken: () => oauthToken }, undefined, { platform: fakePlatform() })
  return new Authenticator({
    user: "me",
    password: async () => "secret",
    requireAuth: config.requireAuth,
    channelBinding: "prefer",
    sslInUse: false,
    scramIterationLimit: 10_000,
    oauth: config.oauth,
    hostLabel: "db.example.org:5432",
    ...rest,
  })
}

export function saslData(reply: AuthReply | undefined): Uint8Array {
  if (reply === undefined || reply.kind === "password") throw new Error("expected a SASL message")
  return reply.data
}

export function initial(reply: AuthReply | undefined): [string, string] {
  if (reply?.kind !== "sasl-initial") throw new Error("expected a SASLInitialResponse")
  return [reply.mechanism, Buffer.from(reply.data).toString()]
}
