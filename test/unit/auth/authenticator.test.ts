import { describe, expect, test } from "vitest"
import type { Authenticator } from "../../../src/auth/authenticator.ts"
import { md5Password } from "../../../src/auth/md5.ts"
import type { ChannelBinding } from "../../../src/config/config.ts"
import { AuthenticationError, ProtocolError } from "../../../src/errors/client-error.ts"
import {
  ED25519,
  initial,
  list,
  make,
  NONE,
  RSA,
  SALT,
  SCRAM,
  SCRAM_PLUS,
  type Setup,
  saslData,
} from "./authenticator-setup.ts"
import { ScramServer } from "./scram-server.ts"

/** Plays a server's part to its end; the reply that carried the secret, if there was one. */
const SERVERS = {
  trust: async (client: Authenticator) => {
    client.complete()
  },
  password: async (client: Authenticator) => {
    expect(await client.respond(3, NONE)).toEqual({ kind: "password", text: "secret" })
    client.complete()
  },
  md5: async (client: Authenticator) => {
    expect(await client.respond(5, SALT)).toEqual({ kind: "password", text: md5Password("me", "secret", SALT) })
    client.complete()
  },
  scram: (client: Authenticator) => runScram(client, SCRAM),
  plus: (client: Authenticator) => runScram(client, SCRAM_PLUS),
  gss: async (client: Authenticator) => {
    await client.respond(7, NONE)
  },
  sspi: async (client: Authenticator) => {
    await client.respond(9, NONE)
  },
  oauth: async (client: Authenticator) => {
    const reply = await client.respond(10, list("OAUTHBEARER"))
    expect(initial(reply)).toEqual(["OAUTHBEARER", "n,,\x01auth=Bearer token\x01\x01"])
    client.complete()
  },
} as const
type ServerKind = keyof typeof SERVERS

async function runScram(client: Authenticator, mechanisms: Uint8Array): Promise<void> {
  const server = new ScramServer({ password: "secret" })
  const first = await client.respond(10, mechanisms)
  const final = await client.respond(11, server.first(saslData(first)))
  expect(await client.respond(12, server.final(saslData(final)))).toBeUndefined()
  client.complete()
}

describe("without demands", () => {
  test.each<[ServerKind, string]>([
    ["trust", "none"],
    ["password", "password"],
    ["md5", "md5"],
    ["scram", "scram-sha-256"],
    ["oauth", "oauth"],
  ])("%s is answered", async (kind, method) => {
    const client = make()
    expect(client.method).toBeUndefined()
    await SERVERS[kind](client)
    expect(client.method).toBe(method)
  })

  test.each([
    ["GSSAPI", 7],
    ["GSSAPI continuation", 8],
    ["SSPI", 9],
  ])("%s is not supported", async (_name, code) => {
    await expect(make().respond(code, NONE)).rejects.toThrow(
      /requested (GSSAPI|SSPI) authentication, which is not supported/,
    )
  })

  test.each([1, 2, 4, 6, 13, -1, 2 ** 31 - 1])("a request of kind %i is out of order", async (code) => {
    await expect(make().respond(code, NONE)).rejects.toBeInstanceOf(ProtocolError)
  })

  test("AuthenticationOk may come through respond as well", async () => {
    const client = make()
    expect(await client.respond(0, NONE)).toBeUndefined()
    expect(client.method).toBe("none")
  })
})

describe("require_auth", () => {
  // + is accepted; what is not listed is refused.
  test.each<[string, ServerKind[]]>([
    ["", ["trust", "password", "md5", "scram", "oauth"]],
    ["password", ["password"]],
    ["md5", ["md5"]],
    ["scram-sha-256", ["scram"]],
    ["oauth", ["oauth"]],
    ["none", ["trust"]],
    ["gss", []],
    ["sspi", []],
    ["md5,scram-sha-256", ["md5", "scram"]],
    ["none,scram-sha-256", ["trust", "scram"]],
    ["!password", ["trust", "md5", "scram", "oauth"]],
    ["!password,!md5", ["trust", "scram", "oauth"]],
    ["!none", ["password", "md5", "scram", "oauth"]],
    ["!scram-sha-256", ["trust", "password", "md5", "oauth"]],
    ["!oauth,!none", ["password", "md5", "scram"]],
    ["!scram-sha-256,!oauth", ["trust", "password", "md5"]],
  ])("%j accepts %j", async (requireAuth, accepted) => {
    for (const kind of ["trust", "password", "md5", "scram", "oauth"] as const) {
      const client = make({ requireAuth })
      if (accepted.includes(kind)) await SERVERS[kind](client)
      else {
        await expect(SERVERS[kind](client)).rejects.toBeInstanceOf(AuthenticationError)
        expect(client.method).toBeUndefined()
      }
    }
  })

  test.each<[ServerKind, string]>([
    ["trust", "the server did not ask for any authentication"],
    ["password", "the server requested a cleartext password"],
    ["md5", "the server requested an MD5-hashed password"],
    ["scram", "the server requested SCRAM-SHA-256 authentication"],
    ["oauth", "the server requested OAUTHBEARER authentication"],
    ["sspi", "the server requested SSPI authentication"],
  ])("says what %s wanted, against which host, and which option forbids it", async (kind, reason) => {
    await expect(SERVERS[kind](make({ requireAuth: "gss" }))).rejects.toThrow(
      `authentication at db.example.org:5432 failed: require_auth=gss is not met: ${reason}`,
    )
  })

  test("downgrade: the password is not even asked for when the method is forbidden", async () => {
    let asked = 0
    const password = async () => {
      asked++
      return "secret"
    }
    for (const kind of ["password", "md5", "scram"] as const) {
      await expect(SERVERS[kind](make({ requireAuth: "oauth", password }))).rejects.toThrow(/require_auth=oauth/)
    }
    expect(asked).toBe(0)
  })
})

describe("CVE-2025-49146: channel_binding=require", () => {
  const tls = { sslInUse: true, serverCertificate: RSA }
  const require = { channelBinding: "require" as ChannelBinding }

  test.each<[ServerKind]>([["trust"], ["password"], ["md5"], ["scram"], ["oauth"], ["gss"]])(
    "%s is refused, with and without TLS",
    async (kind) => {
      await expect(SERVERS[kind](make({ ...require, ...tls }))).rejects.toThrow(/channel_binding is require/)
      await expect(SERVERS[kind](make(require))).rejects.toThrow(/channel_binding is require/)
    },
  )

  test("SCRAM-SHA-256-PLUS over TLS is accepted, and really bound", async () => {
    const server = new ScramServer({ password: "secret" })
    const client = make({ ...require, ...tls })
    const first = await client.respond(10, SCRAM_PLUS)
    expect(initial(first)[0]).toBe("SCRAM-SHA-256-PLUS")
    const final = await client.respond(11, server.first(saslData(first)))
    await client.respond(12, server.final(saslData(final)))
    client.complete()
    expect(server.gs2Header).toBe("p=tls-server-end-point,,")
    expect(server.bindingData).toHaveLength(32)
  })

  test("AuthenticationOk in the middle of SCRAM-SHA-256-PLUS is refused", async () => {
    const client = make({ ...require, ...tls })
    await client.respond(10, SCRAM_PLUS)
    expect(() => client.complete()).toThrow(AuthenticationError)
  })

  test("CVE-2026-54291: an Ed25519 certificate fails, naming the algorithm", async () => {
    const client = make({ ...require, sslInUse: true, serverCertificate: ED25519 })
    await expect(client.respond(10, SCRAM_PLUS)).rejects.toThrow(/channel_binding is require.*Ed25519/)
  })

  test("the password is asked for only after all this is clear", async () => {
    const password = () => Promise.reject(new Error("must not be asked"))
    for (const kind of ["password", "md5", "scram"] as const) {
      await expect(SERVERS[kind](make({ ...require, ...tls, password }))).rejects.toThrow(/channel_binding is require/)
    }
  })
})

describe("SCRAM's GS2 header", () => {
  test.each<[string, Setup, Uint8Array, string, string]>([
    ["without TLS", {}, SCRAM, "SCRAM-SHA-256", "n,,"],
    ["with TLS, -PLUS not offered", { sslInUse: true, serverCertificate: RSA }, SCRAM, "SCRAM-SHA-256", "y,,"],
    [
      "with TLS",
      { sslInUse: true, serverCertificate: RSA },
      SCRAM_PLUS,
      "SCRAM-SHA-256-PLUS",
      "p=tls-server-end-point,,",
    ],
    [
      "disabled",
      { sslInUse: true, serverCertificate: RSA, channelBinding: "disable" },
      SCRAM_PLUS,
      "SCRAM-SHA-256",
      "n,,",
    ],
    ["no hash for it", { sslInUse: true, serverCertificate: ED25519 }, SCRAM_PLUS, "SCRAM-SHA-256", "n,,"],
  ])("%s", async (_name, setup, offered, mechanism, header) => {
    const [name, message] = initial(await make(setup).respond(10, offered))
    expect(name).toBe(mechanism)
    expect(message.startsWith(`${header}n=,r=`)).toBe(true)
  })

  test("-PLUS offered without TLS is a stripping proxy's doing and refused", async () => {
    await expect(make().respond(10, SCRAM_PLUS)).rejects.toThrow(/offers SCRAM-SHA-256-PLUS without TLS/)
  })
})

describe("server signature skipped: AuthenticationOk without SASLFinal", () => {
  test.each([[0], [1]])("after %i messages of SCRAM", async (messages) => {
    for (const requireAuth of ["", "scram-sha-256", "none,scram-sha-256"]) {
      const server = new ScramServer({ password: "secret" })
      const client = make({ requireAuth })
      const first = await client.respond(10, SCRAM)
      if (messages === 1) await client.respond(11, server.first(saslData(first)))
      expect(() => client.complete()).toThrow(/before it proved that it knows the password/)
      expect(() => client.complete()).toThrow(ProtocolError)
    }
  })

  test("a wrong signature is refused, and Ok after it too", async () => {
    const server = new ScramServer({ password: "secret" })
    const client = make()
    const first = await client.respond(10, SCRAM)
    await client.respond(11, server.first(saslData(first)))
    const forged = Buffer.from(`v=${Buffer.alloc(32).toString("base64")}`)
    await expect(client.respond(12, forged)).rejects.toThrow(
      /at db.example.org:5432 failed: the server's SCRAM signature/,
    )
    expect(() => client.complete()).toThrow(ProtocolError)
  })

  test("a server with another password is told apart", async () => {
    const server = new ScramServer({ password: "something else" })
    const client = make()
    const final = await client.respond(11, server.first(saslData(await client.respond(10, SCRAM))))
    expect(() => server.final(saslData(final))).toThrow("wrong proof")
  })
})

test("CVE-2026-42198: the iteration cap is the option's, and the message says so", async () => {
  const server = new ScramServer({ password: "secret", iterations: 10_001 })
  const client = make({ scramIterationLimit: 10_000 })
  const first = server.first(saslData(await client.respond(10, SCRAM)))
  await expect(client.respond(11, first)).rejects.toThrow(
    /at db.example.org:5432 failed: .* 10001 SCRAM iterations, more than scramIterationLimit \(10000\)/,
  )
})

describe("sslcertmode=require", () => {
  test("accepts a connection whose certificate was asked for and sent", () => {
    expect(() => make({ requiredClientCertificate: "sent" }).complete()).not.toThrow()
    expect(() => make().complete()).not.toThrow()
  })

  test("refuses one without", () => {
    expect(() => make({ requiredClientCertificate: "not-requested" }).complete()).toThrow(
      /did not ask for a client cert/,
    )
    expect(() => make({ requiredClientCertificate: "not-sent" }).complete()).toThrow(/without a client certificate/)
  })
})
