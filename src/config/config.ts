/**
 * The Config type: all that the rest of the house may know about where and how to connect. It is resolved and validated
 * once (`resolve.ts`), frozen, and never read from the environment again.
 *
 * Secrets stand in it as functions, so that no inspection, log line or JSON of anything that holds a Config shows one.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */

/** Gives the password, asked anew at each attempt to connect. */
export type PasswordFunction = () => string | undefined | Promise<string | undefined>

/** One place to try: a host name, an address or a directory of unix sockets, with its port. */
export interface HostConfig {
  /** The name for people; a directory (or `@abstract`) for unix sockets; the address when that is all there is. */
  readonly host: string
  /** The numeric address to use instead of looking `host` up. */
  readonly hostaddr: string | undefined
  readonly port: number
  /** True when `host` names a directory of unix-domain sockets. */
  readonly isUnix: boolean
  /** The name that a server certificate is checked against; undefined when only an address was given. */
  readonly certificateName: string | undefined
  /** The password file's entry for this host, when no other password was given. */
  readonly passfilePassword: (() => string) | undefined
}

export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full"
export type SslNegotiation = "postgres" | "direct"
export type SslCertMode = "disable" | "allow" | "require"
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3"
export type ChannelBinding = "disable" | "prefer" | "require"
export type TargetSessionAttrs = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby"
export type LoadBalanceHosts = "disable" | "random"
export type AuthMethod = "password" | "md5" | "gss" | "sspi" | "scram-sha-256" | "oauth" | "none"

/** The parsed form of `require_auth`. */
export interface RequireAuth {
  /** The list as it was given, for messages: it has been checked to hold nothing but method names. */
  readonly text: string
  /** Everything that the server may ask for; with `"none"`, it may also ask for nothing. */
  readonly methods: ReadonlySet<AuthMethod>
}

/** What only a JavaScript caller can give: any option of `tls.connect` that does not contradict sslmode. */
export interface TlsExtraOptions {
  readonly ca?: unknown
  readonly cert?: unknown
  readonly key?: unknown
  readonly [option: string]: unknown
}

/** How TLS is to be used, before any file is read: they are read anew for each connection. */
export interface TlsConfig {
  readonly mode: SslMode
  readonly negotiation: SslNegotiation
  /** `sslcert` and `sslkey`; undefined for libpq's default places. */
  readonly certPath: string | undefined
  readonly keyPath: string | undefined
  readonly keyPassword: (() => string) | undefined
  readonly certMode: SslCertMode
  /** `sslrootcert`: a path or `"system"`; undefined for libpq's default place. */
  readonly rootCert: string | undefined
  readonly crlPath: string | undefined
  readonly crlDirectory: string | undefined
  readonly sni: boolean
  readonly minVersion: TlsVersion | undefined
  readonly maxVersion: TlsVersion | undefined
  readonly extra: (() => TlsExtraOptions) | undefined
}

/** TCP keepalive and how long data may stay unacknowledged; 0 means the system's default. */
export interface KeepalivesConfig {
  readonly enabled: boolean
  readonly idleMs: number
  readonly intervalMs: number
  readonly count: number
  readonly tcpUserTimeoutMs: number
}

/** What an OAuth token function is told. */
export interface OAuthRequest {
  readonly user: string
  readonly host: string
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  readonly scope: string | undefined
}

/** Gives a bearer token, asked anew at each attempt to connect. */
export type OAuthTokenFunction = (request: OAuthRequest) => string | undefined | Promise<string | undefined>

/** The `oauth_…` parameters and the function that has the token. */
export interface OAuthConfig {
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly clientSecret: (() => string) | undefined
  readonly scope: string | undefined
  readonly token: OAuthTokenFunction | undefined
}

/** Where and how to connect. */
export interface Config {
  /** In the order given; `hosts.ts` has the order in which to try them. */
  readonly hosts: readonly HostConfig[]
  readonly loadBalanceHosts: LoadBalanceHosts
  readonly targetSessionAttrs: TargetSessionAttrs
  readonly user: string
  readonly database: string
  /** The password given by options, string, service or environment; `passwordFor` knows the password file too. */
  readonly password: PasswordFunction | undefined
  /** The password file that was consulted, for the message after a refused password. */
  readonly passfile: string | undefined
  /** Why the password file was not used, when it could not be. */
  readonly passfileProblem: string | undefined
  /** For each attempt at one address; 0 is for ever. */
  readonly connectTimeoutMs: number
  readonly requireAuth: RequireAuth | undefined
  readonly channelBinding: ChannelBinding
  /** The most iterations a server may ask of SCRAM. */
  readonly scramIterationLimit: number
  /** Keys that stand in for the password in SCRAM; 32 bytes each. */
  readonly scramClientKey: (() => Uint8Array<ArrayBuffer>) | undefined
  readonly scramServerKey: (() => Uint8Array<ArrayBuffer>) | undefined
  readonly oauth: OAuthConfig
  readonly tls: TlsConfig
  readonly keepalives: KeepalivesConfig
  /** All of the StartupMessage but user and database. */
  readonly startupParameters: Readonly<Record<string, string>>
  /** As in the StartupMessage: 196608 is 3.0, 196610 is 3.2. */
  readonly minProtocolVersion: number
  readonly maxProtocolVersion: number
}
