/**
 * The Config type: all that the rest of the house may know about where and how to connect. It is resolved and validated
 * once (`resolve.ts`), frozen, and never read from the environment again.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */

/** Gives the password, asked anew at each attempt to connect. */
export type PasswordFunction = () => string | undefined | Promise<string | undefined>

/** One place to try: a host name, an address or a directory of unix sockets, with its port. */
export interface HostConfig {
  /** The name for people and for certificates; a directory (or `@abstract`) for unix sockets. */
  readonly host: string
  /** The numeric address to use instead of looking `host` up. */
  readonly hostaddr: string | undefined
  readonly port: number
  /** True when `host` names a directory of unix-domain sockets. */
  readonly isUnix: boolean
  /** The password file's entry for this host, when no other password was given. */
  readonly passfilePassword: string | undefined
}

export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full"
export type SslNegotiation = "postgres" | "direct"
export type ChannelBinding = "disable" | "prefer" | "require"
export type TargetSessionAttrs = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby"
export type AuthMethod = "password" | "md5" | "gss" | "sspi" | "scram-sha-256" | "oauth" | "none"
