/**
 * No password in any refusal, wherever it stood: connection strings, options, environment and files with a password in
 * them are damaged at random, and whatever is thrown is searched for it in every form it can be printed in.
 */

import { inspect } from "node:util"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Platform } from "../../../src/base/platform.ts"
import { KEYWORDS } from "../../../src/config/keywords.ts"
import type { ConninfoOptions } from "../../../src/config/options.ts"
import { parseConninfo } from "../../../src/config/parse-conninfo.ts"
import { passwordFor } from "../../../src/config/password.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { fakePlatform } from "../../unit/config/fake-platform.ts"

const SECRET = "S3CRET"

/** Everything that a log could show of a value. */
function printed(value: unknown): string {
  const error = value instanceof Error ? `${value.message}\n${value.stack}\n${value}` : ""
  return `${error}\n${inspect(value, { depth: Infinity, showHidden: true, getters: true })}\n${JSON.stringify(value)}`
}

/** Runs it and says whether it was refused; a refusal must be a ConfigError without the secret. */
function refusedSilently(attempt: () => unknown): boolean {
  try {
    attempt()
    return false
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect(printed(error)).not.toContain(SECRET)
    return true
  }
}

/** Deletes, doubles and inserts characters. */
const damage = (text: string) =>
  fc
    .array(
      fc.tuple(fc.nat(text.length), fc.nat(3), fc.constantFrom(..."='\\ @:/?&%[],\0\n!", "%00", "%zz", "&&", "==")),
      { minLength: 1, maxLength: 3 },
    )
    .map((edits) =>
      edits.reduce(
        (damaged, [at, removed, inserted]) => damaged.slice(0, at) + inserted + damaged.slice(at + removed),
        text,
      ),
    )

const strings = fc.constantFrom(
  `host=h user=u password=${SECRET} dbname=d sslmode=require`,
  `host=h password='a ${SECRET} b' port=5432`,
  `password='it\\'s ${SECRET}=x' require_auth=!password,!md5`,
  `sslpassword=${SECRET} oauth_client_secret=${SECRET} scram_client_key=${SECRET}`,
  `postgresql://u:${SECRET}@h:5432/d?sslmode=require`,
  `postgresql://u:a%20${SECRET}@[::1],b:1/d?connect_timeout=3`,
  `postgresql:///d?user=u&password=${SECRET}&port=1`,
  `postgresql://u:p@${SECRET}@h/d`,
)

/** A value in a wrong place is refused without being repeated, too. */
const misplaced = fc
  .constantFrom(...KEYWORDS.filter(({ keyword }) => keyword !== "servicefile" && keyword !== "sslkeylogfile"))
  .map(({ keyword }) => `host=/x ${keyword}=${SECRET}`)

const environment: Platform = fakePlatform()

test("damaged connection strings", () => {
  let refused = 0
  const damaged = strings.chain(damage)
  fc.assert(
    fc.property(damaged, (text) => {
      refusedSilently(() => parseConninfo(text))
      if (refusedSilently(() => resolveConfig(text, undefined, { platform: environment }))) refused++
    }),
    { numRuns: 5000 },
  )
  expect(refused).toBeGreaterThan(1000)
})

test("values in the place of others", () => {
  fc.assert(
    fc.property(misplaced, (text) => {
      refusedSilently(() => resolveConfig(text, undefined, { platform: environment }))
    }),
  )
})

test("options of the wrong type or value", () => {
  const value = fc.constantFrom<unknown>(SECRET, [SECRET], { [SECRET]: SECRET }, `${SECRET}\0`, [`${SECRET},`])
  const option = fc.constantFrom(...KEYWORDS.map((info) => info.option), "tls", "parameters", "allowedKeywords")
  let refused = 0
  fc.assert(
    fc.property(option, value, (name, given) => {
      const options = { [name]: given } as ConninfoOptions
      if (name === "servicefile") return
      if (refusedSilently(() => resolveConfig("host=h", options, { platform: environment }))) refused++
    }),
    { numRuns: 1000 },
  )
  expect(refused).toBeGreaterThan(300)
})

test("damaged service files", () => {
  const file = `[s]\nhost=h\npassword=${SECRET}\nport=1\n[t]\npassword=${SECRET}\n`
  fc.assert(
    fc.property(damage(file), (text) => {
      const platform = fakePlatform({ files: { "/f": text }, env: { PGSERVICEFILE: "/f", PGSERVICE: "s" } })
      refusedSilently(() => resolveConfig("", undefined, { platform }))
    }),
    { numRuns: 1000 },
  )
})

test("a Config shows no secret, whichever way it came", async () => {
  const key = Buffer.from(SECRET.padEnd(32, ".")).toString("base64")
  const configs = [
    resolveConfig(`host=h password=${SECRET}`, undefined, { platform: environment }),
    resolveConfig({ password: SECRET, sslpassword: SECRET, tls: { key: SECRET, passphrase: undefined } }, undefined, {
      platform: environment,
    }),
    resolveConfig({ scramClientKey: key, oauthClientSecret: SECRET }, undefined, { platform: environment }),
    resolveConfig("host=h", undefined, { platform: fakePlatform({ env: { PGPASSWORD: SECRET } }) }),
    resolveConfig("host=h", undefined, {
      platform: fakePlatform({ files: { "/home/me/.pgpass": `*:*:*:*:${SECRET}` } }),
    }),
  ]
  for (const config of configs) {
    expect(printed(config)).not.toContain(SECRET)
    expect(printed({ ...config })).not.toContain(key)
  }
  expect(await passwordFor(configs[0]!, configs[0]!.hosts[0]!)()).toBe(SECRET)
  expect(await passwordFor(configs[4]!, configs[4]!.hosts[0]!)()).toBe(SECRET)
})
