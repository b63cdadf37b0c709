import { afterEach, describe, expect, test, vi } from "vitest"
import { ScramClient } from "../../../src/auth/scram.ts"
import { deriveScramKeys, ScramKeyCache } from "../../../src/auth/scram-keys.ts"
import { ScramServer } from "./scram-server.ts"

const salt = (...bytes: number[]) => Uint8Array.from(bytes)

afterEach(() => {
  vi.restoreAllMocks()
})

/** Counts PBKDF2 runs. */
const countDerivations = () => vi.spyOn(crypto.subtle, "deriveBits")

describe("the cache", () => {
  test("ten connects with the same SCRAM password cost one PBKDF2", async () => {
    const derivations = countDerivations()
    const cache = new ScramKeyCache()
    const serverSalt = Buffer.from("fixed for a role")
    const connect = async () => {
      const server = new ScramServer({ password: "secret", salt: serverSalt })
      const client = new ScramClient({ kind: "none" })
      const credentials = { password: "secret", clientKey: undefined, serverKey: undefined }
      const final = await client.final(server.first(client.first()), credentials, 100_000, cache)
      await client.verify(server.final(final))
    }
    await connect()
    for (let i = 0; i < 9; i++) await connect()
    expect(derivations).toHaveBeenCalledTimes(1)
  })

  test("those that ask at the same time share one PBKDF2", async () => {
    const derivations = countDerivations()
    const cache = new ScramKeyCache()
    const keys = await Promise.all(Array.from({ length: 10 }, () => cache.derive("secret", salt(1, 2), 4096)))
    expect(derivations).toHaveBeenCalledTimes(1)
    expect(new Set(keys).size).toBe(1)
  })

  test("another password, salt or count has keys of its own", async () => {
    const cache = new ScramKeyCache()
    const variants = await Promise.all([
      cache.derive("secret", salt(1), 10),
      cache.derive("secre", salt(1), 10),
      cache.derive("secret", salt(2), 10),
      cache.derive("secret", salt(1), 11),
    ])
    expect(new Set(variants.map((keys) => Buffer.from(keys.clientKey).toString("hex"))).size).toBe(4)
    expect(variants[0]).toEqual(await deriveScramKeys("secret", salt(1), 10))
  })

  test("is bounded: the one used longest ago is forgotten", async () => {
    const cache = new ScramKeyCache()
    await cache.derive("secret", salt(0, 0), 1)
    for (let i = 1; i <= 40; i++) await cache.derive("secret", salt(0, i), 1)
    const derivations = countDerivations()
    await cache.derive("secret", salt(0, 40), 1)
    expect(derivations).toHaveBeenCalledTimes(0)
    await cache.derive("secret", salt(0, 0), 1)
    expect(derivations).toHaveBeenCalledTimes(1)
  })

  test("a failure is not remembered", async () => {
    const cache = new ScramKeyCache()
    countDerivations().mockRejectedValueOnce(new Error("out of memory"))
    await expect(cache.derive("secret", salt(1), 10)).rejects.toThrow("out of memory")
    await expect(cache.derive("secret", salt(1), 10)).resolves.toEqual(await deriveScramKeys("secret", salt(1), 10))
  })
})
