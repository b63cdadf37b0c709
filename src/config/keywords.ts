/**
 * The table of libpq's keywords: name, environment variable, name in JavaScript, default. Every other file reads it, and
 * adding a parameter begins here.
 *
 * `password` and the other secrets are text like the rest; nothing in config/ ever repeats a value in a message.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */

/** A parameter's name in connection strings and service files. */
export type Keyword =
  | "service"
  | "servicefile"
  | "user"
  | "password"
  | "passfile"
  | "channel_binding"
  | "connect_timeout"
  | "dbname"
  | "host"
  | "hostaddr"
  | "port"
  | "client_encoding"
  | "options"
  | "application_name"
  | "fallback_application_name"
  | "keepalives"
  | "keepalives_idle"
  | "keepalives_interval"
  | "keepalives_count"
  | "tcp_user_timeout"
  | "sslmode"
  | "sslnegotiation"
  | "sslcompression"
  | "sslcert"
  | "sslkey"
  | "sslcertmode"
  | "sslpassword"
  | "sslrootcert"
  | "sslcrl"
  | "sslcrldir"
  | "sslsni"
  | "requirepeer"
  | "require_auth"
  | "min_protocol_version"
  | "max_protocol_version"
  | "ssl_min_protocol_version"
  | "ssl_max_protocol_version"
  | "gssencmode"
  | "krbsrvname"
  | "gsslib"
  | "gssdelegation"
  | "replication"
  | "target_session_attrs"
  | "load_balance_hosts"
  | "scram_client_key"
  | "scram_server_key"
  | "oauth_issuer"
  | "oauth_client_id"
  | "oauth_client_secret"
  | "oauth_scope"
  | "sslkeylogfile"

/**
 * What a JavaScript caller may give: `list` is a string or an array, `duration` is milliseconds (in a connection string
 * they are seconds), `milliseconds` are that in both, `flag` is a boolean.
 */
export type KeywordKind = "text" | "list" | "duration" | "milliseconds" | "integer" | "flag" | "replication"

/** One row of the table. */
export interface KeywordInfo {
  readonly keyword: Keyword
  /** The environment variable that is asked when neither options, string nor service say anything. */
  readonly env: string | undefined
  /** The name among the options of `connect`. */
  readonly option: string
  /** The value when nobody says anything. */
  readonly fallback: string | undefined
  readonly kind: KeywordKind
}

function row(
  keyword: Keyword,
  env: string | undefined,
  option: string,
  fallback?: string,
  kind: KeywordKind = "text",
): KeywordInfo {
  return { keyword, env, option, fallback, kind }
}

/** All keywords, in libpq's order. */
export const KEYWORDS: readonly KeywordInfo[] = [
  row("service", "PGSERVICE", "service"),
  row("servicefile", "PGSERVICEFILE", "servicefile"),
  row("user", "PGUSER", "user"),
  row("password", "PGPASSWORD", "password"),
  row("passfile", "PGPASSFILE", "passfile"),
  row("channel_binding", "PGCHANNELBINDING", "channelBinding", "prefer"),
  row("connect_timeout", "PGCONNECT_TIMEOUT", "connectTimeout", undefined, "duration"),
  row("dbname", "PGDATABASE", "database"),
  row("host", "PGHOST", "host", undefined, "list"),
  row("hostaddr", "PGHOSTADDR", "hostaddr", undefined, "list"),
  row("port", "PGPORT", "port", "5432", "list"),
  row("client_encoding", "PGCLIENTENCODING", "clientEncoding"),
  row("options", "PGOPTIONS", "options"),
  row("application_name", "PGAPPNAME", "applicationName"),
  row("fallback_application_name", undefined, "fallbackApplicationName"),
  row("keepalives", undefined, "keepalives", undefined, "flag"),
  row("keepalives_idle", undefined, "keepalivesIdle", undefined, "duration"),
  row("keepalives_interval", undefined, "keepalivesInterval", undefined, "duration"),
  row("keepalives_count", undefined, "keepalivesCount", undefined, "integer"),
  row("tcp_user_timeout", undefined, "tcpUserTimeout", undefined, "milliseconds"),
  row("sslmode", "PGSSLMODE", "sslmode", "prefer"),
  row("sslnegotiation", "PGSSLNEGOTIATION", "sslnegotiation", "postgres"),
  row("sslcompression", "PGSSLCOMPRESSION", "sslcompression", "0", "flag"),
  row("sslcert", "PGSSLCERT", "sslcert"),
  row("sslkey", "PGSSLKEY", "sslkey"),
  row("sslcertmode", "PGSSLCERTMODE", "sslcertmode", "allow"),
  row("sslpassword", undefined, "sslpassword"),
  row("sslrootcert", "PGSSLROOTCERT", "sslrootcert"),
  row("sslcrl", "PGSSLCRL", "sslcrl"),
  row("sslcrldir", "PGSSLCRLDIR", "sslcrldir"),
  row("sslsni", "PGSSLSNI", "sslsni", "1", "flag"),
  row("requirepeer", "PGREQUIREPEER", "requirepeer"),
  row("require_auth", "PGREQUIREAUTH", "requireAuth", undefined, "list"),
  row("min_protocol_version", "PGMINPROTOCOLVERSION", "minProtocolVersion"),
  row("max_protocol_version", "PGMAXPROTOCOLVERSION", "maxProtocolVersion"),
  row("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", "sslMinProtocolVersion", "TLSv1.2"),
  row("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", "sslMaxProtocolVersion"),
  row("gssencmode", "PGGSSENCMODE", "gssencmode", "disable"),
  row("krbsrvname", "PGKRBSRVNAME", "krbsrvname", "postgres"),
  row("gsslib", "PGGSSLIB", "gsslib"),
  row("gssdelegation", "PGGSSDELEGATION", "gssdelegation", "0", "flag"),
  row("replication", undefined, "replication", undefined, "replication"),
  row("target_session_attrs", "PGTARGETSESSIONATTRS", "targetSessionAttrs", "any"),
  row("load_balance_hosts", "PGLOADBALANCEHOSTS", "loadBalanceHosts", "disable"),
  row("scram_client_key", undefined, "scramClientKey"),
  row("scram_server_key", undefined, "scramServerKey"),
  row("oauth_issuer", undefined, "oauthIssuer"),
  row("oauth_client_id", undefined, "oauthClientId"),
  row("oauth_client_secret", undefined, "oauthClientSecret"),
  row("oauth_scope", undefined, "oauthScope"),
  row("sslkeylogfile", undefined, "sslkeylogfile"),
]

const BY_KEYWORD: ReadonlyMap<string, KeywordInfo> = new Map(KEYWORDS.map((info) => [info.keyword, info]))
const BY_OPTION: ReadonlyMap<string, KeywordInfo> = new Map(KEYWORDS.map((info) => [info.option, info]))

/** The row of a keyword, undefined for what is none. */
export function findKeyword(name: string): KeywordInfo | undefined {
  return BY_KEYWORD.get(name)
}

/** The row that a JavaScript option stands for, undefined for what is none. */
export function findOption(name: string): KeywordInfo | undefined {
  return BY_OPTION.get(name)
}
