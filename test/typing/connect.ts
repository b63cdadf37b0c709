/**
 * What the compiler must accept and refuse about connecting. Checked by `tsc`; never run.
 */

import { expectTypeOf } from "vitest"
import { type Connection, type ConnectOptions, connect, errors, parseConninfo } from "../../src/index.ts"

export async function accepts(signal: AbortSignal): Promise<void> {
  expectTypeOf(await connect()).toEqualTypeOf<Connection>()
  await connect("postgresql://localhost")
  await connect("host=localhost", { port: 5433 })
  await connect(new URL("postgresql://localhost"), { port: 5433 })
  await connect({ host: ["a", "b"], port: [5432, 5433], password: async () => "secret", signal })
  await connect({
    sslmode: "verify-full",
    sslrootcert: "system",
    channelBinding: "require",
    requireAuth: ["scram-sha-256"],
  })
  await connect({ types: { int8: "number", timestamptz: "string" }, parameters: { statement_timeout: 1000 } })
  await connect({ onNotice: (notice) => expectTypeOf(notice.severity).toEqualTypeOf<string>() })
  expectTypeOf(parseConninfo("host=a")).toEqualTypeOf<Record<string, string>>()
}

export async function connections(db: Connection): Promise<void> {
  expectTypeOf(db.info.transactionStatus).toEqualTypeOf<"idle" | "transaction" | "failed">()
  expectTypeOf(db.info.tls?.protocol).toEqualTypeOf<string | undefined>()
  expectTypeOf(db.info.parameters).toEqualTypeOf<ReadonlyMap<string, string>>()
  expectTypeOf(db.isClosed).toEqualTypeOf<boolean>()
  expectTypeOf(db.close({ timeout: 5 })).toEqualTypeOf<Promise<void>>()
  expectTypeOf(db.destroy(new Error("enough"))).toEqualTypeOf<void>()
  expectTypeOf(new errors.ConfigError("a")).toExtend<errors.PglineError>()
}

export function refuses(db: Connection): void {
  // @ts-expect-error misspelt
  connect({ hots: "a" })
  // @ts-expect-error no such mode
  connect({ sslmode: "verify" })
  // @ts-expect-error in milliseconds, as a number
  connect({ connectTimeout: "5s" })
  // @ts-expect-error no such choice
  connect({ types: { int8: "float" } })
  // @ts-expect-error what is known of a connection is only to be read
  db.info.host = "b"
  // @ts-expect-error nor can its parameters be set here
  db.info.parameters.set("TimeZone", "UTC")
}

expectTypeOf<ConnectOptions["pooler"]>().toEqualTypeOf<boolean | undefined>()
