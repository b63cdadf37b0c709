import { createHmac, randomBytes } from "node:crypto"
import { describe, expect, test } from "vitest"
import { ScramClient, ScramFailure } from "../../../src/auth/scram.ts"
import { ScramKeyCache } from "../../../src/auth/scram-keys.ts"
import { ScramServer } from "./scram-server.ts"

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const bytes = (message: string) => new TextEncoder().encode(message)
const credentials = (password: string) => ({ password, clientKey: undefined, serverKey: undefined })
const LIMIT = 100_000

describe("RFC 7677, section 3", () => {
  // The example has a user name, which PostgreSQL's clients leave empty; the keys don't depend on it, the proof does.
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64")

  test("derives the keys of the example", async () => {
    const keys = await new ScramKeyCache().derive("pencil", new Uint8Array(salt), 4096)
    const server = new ScramServer({ password: "pencil", salt, iterations: 4096 })
    expect(Buffer.from(keys.clientKey)).toEqual(server.clientKey)
    expect(Buffer.from(keys.serverKey)).toEqual(server.serverKey)
    // From the example's proof and signature: ClientKey = proof XOR HMAC(StoredKey, AuthMessage).
    const authMessage =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    const signature = createHmac("sha256", keys.storedKey).update(authMessage).digest()
    const proof = Buffer.from(keys.clientKey.map((byte, i) => byte ^ signature[i]!)).toString("base64")
    expect(proof).toBe("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    const verifier = createHmac("sha256", keys.serverKey).update(authMessage).digest("base64")
    expect(verifier).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
  })
})

describe("an exchange", () => {
  test("proves the password and verifies the server", async () => {
    const server = new ScramServer({ password: "secret" })
    const client = new ScramClient({ kind: "none" })
    const final = await client.final(server.first(client.first()), credentials("secret"), LIMIT, new ScramKeyCache())
    await client.verify(server.final(final))
    expect(server.gs2Header).toBe("n,,")
    expect(server.bindingData).toHaveLength(0)
  })

  test("says y,, when it could bind but the server offers nothing", () => {
    expect(text(new ScramClient({ kind: "unoffered" }, "abc").first())).toBe("y,,n=,r=abc")
  })

  test("binds to the certificate", async () => {
    const data = new Uint8Array(randomBytes(32))
    const server = new ScramServer({ password: "secret" })
    const client = new ScramClient({ kind: "used", data })
    const final = await client.final(server.first(client.first()), credentials("secret"), LIMIT, new ScramKeyCache())
    await client.verify(server.final(final))
    expect(server.gs2Header).toBe("p=tls-server-end-point,,")
    expect(server.bindingData).toEqual(Buffer.from(data))
  })

  test("uses keys instead of a password", async () => {
    const server = new ScramServer({ password: "unknown to the client" })
    const keys = {
      password: undefined,
      clientKey: new Uint8Array(server.clientKey),
      serverKey: new Uint8Array(server.serverKey),
    }
    const client = new ScramClient({ kind: "none" })
    await client.verify(
      server.final(await client.final(server.first(client.first()), keys, LIMIT, new ScramKeyCache())),
    )
  })

  test("makes a new nonce each time", () => {
    expect(text(new ScramClient({ kind: "none" }).first())).not.toBe(text(new ScramClient({ kind: "none" }).first()))
  })
})

describe("the server's first message", () => {
  const final = (message: string, limit = LIMIT) =>
    new ScramClient({ kind: "none" }, "abc").final(bytes(message), credentials("x"), limit, new ScramKeyCache())

  test.each([
    ["", /malformed/],
    ["r=abcd,s=c2FsdA==", /malformed/],
    ["s=c2FsdA==,r=abcd,i=4096", /malformed/],
    ["r=abcd,s=c2FsdA==,i=4096,x=1", /malformed/],
    ["m=ext,r=abcd,s=c2FsdA==,i=4096", /malformed/],
    ["r=abcd,s=c2FsdA==,i=-1", /malformed/],
    ["r=abcd,s=c2FsdA==,i=1e3", /malformed/],
    ["r=abcd,s=,i=4096", /malformed/],
    ["r=ab cd,s=c2FsdA==,i=4096", /malformed/],
    ["r=abcd,s=c2FsdA==,i=4096\n", /printable/],
    ["r=abcd,s=c2FsdA=,i=4096", /salt/],
    ["r=abcd,s=c2FsdB==,i=4096", /salt/],
    ["r=abcd,s=c2=sdA==,i=4096", /salt/],
    ["r=xabc,s=c2FsdA==,i=4096", /nonce/],
    ["r=abc,s=c2FsdA==,i=4096", /nonce/],
    ["r=abcd,s=c2FsdA==,i=0", /not positive/],
    ["e=unknown-user", /reports a SCRAM error: unknown-user/],
  ])("CVE-2019-10164: %j is refused", async (message, problem) => {
    await expect(final(message)).rejects.toThrow(problem)
    await expect(final(message)).rejects.toBeInstanceOf(ScramFailure)
  })

  test("CVE-2026-42198, RUSTSEC-2026-0179: too many iterations are refused before anything is hashed", async () => {
    const cache = new ScramKeyCache()
    let derived = 0
    cache.derive = () => {
      derived++
      return Promise.reject(new Error("must not be called"))
    }
    const client = new ScramClient({ kind: "none" }, "abc")
    for (const count of ["100001", "4294967296", `${10n ** 400n}`]) {
      const message = bytes(`r=abcd,s=c2FsdA==,i=${count}`)
      await expect(client.final(message, credentials("x"), LIMIT, cache)).rejects.toThrow(
        /scramIterationLimit \(100000\)/,
      )
    }
    expect(derived).toBe(0)
    await expect(final("r=abcd,s=c2FsdA==,i=100", 100)).resolves.toBeInstanceOf(Uint8Array)
  })
})

describe("the server's final message", () => {
  const exchange = async () => {
    const server = new ScramServer({ password: "secret" })
    const client = new ScramClient({ kind: "none" })
    const final = await client.final(server.first(client.first()), credentials("secret"), LIMIT, new ScramKeyCache())
    return { client, genuine: text(server.final(final)) }
  }

  test("a wrong signature is refused, whichever bit is wrong", async () => {
    const { client, genuine } = await exchange()
    for (const [byte, bit] of [
      [0, 1],
      [15, 8],
      [31, 128],
    ] as const) {
      const signature = Buffer.from(genuine.slice(2), "base64")
      signature[byte]! ^= bit
      await expect(client.verify(bytes(`v=${signature.toString("base64")}`))).rejects.toThrow(/signature is wrong/)
    }
    await client.verify(bytes(genuine))
  })

  test("anything but a signature is refused", async () => {
    const { client, genuine } = await exchange()
    for (const message of ["", "v=", "v=AAAA", `${genuine},x=1`, genuine.replace("v=", "w="), `x${genuine}`]) {
      await expect(client.verify(bytes(message))).rejects.toThrow(/malformed/)
    }
    await expect(client.verify(bytes("e=invalid-proof"))).rejects.toThrow(/invalid-proof/)
  })
})
