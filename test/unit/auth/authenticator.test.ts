import { describe, expect, test } from "vitest"
import { Authenticator, type AuthenticatorOptions, type AuthReply } from "../../../src/auth/authenticator.ts"
import { md5Password } from "../../../src/auth/md5.ts"
import type { ChannelBinding } from "../../../src/config/config.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { AuthenticationError, ProtocolError } from "../../../src/errors/client-error.ts"
import { fakePlatform } from "../config/fake-platform.ts"
import { ScramServer } from "./scram-server.ts"

const NONE = new Uint8Array()
const SALT = Uint8Array.of(1, 2, 3, 4)
const list = (...names: string[]) => Buffer.from([...names, ""].map((name) => `${name}\0`).join(""))
const SCRAM = list("SCRAM-SHA-256")
const SCRAM_PLUS = list("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")
/** The outer shape of certificates signed by RSA with SHA-256, and by Ed25519. */
const RSA = Uint8Array.from([0x30, 0x0f, 0x30, 0x00, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11])
const ED25519 = Uint8Array.from([0x30, 0x09, 0x30, 0x00, 0x30, 0x05, 6, 3, 0x2b, 0x65, 0x70])

interface Setup extends Partial<Omit<AuthenticatorOptions, "requireAuth">> {
  readonly requireAuth?: string
  readonly oauthToken?: string
}

function make({ requireAuth = "", oauthToken = "token", ...rest }: Setup = {}): Authenticator {
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

function saslData(reply: AuthReply | undefined): Uint8Array {
  if (reply === undefined || reply.kind === "password") throw new Error("expected a SASL message")
  return reply.data
}

function initial(reply: AuthReply | undefined): [string, string] {
  if (reply?.kind !== "sasl-initial") throw new Error("expected a SASLInitialResponse")
  return [reply.mechanism, Buffer.from(reply.data).toString()]
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

describe("the order of messages", () => {
  test.each<[string, [number, Uint8Array][]]>([
    ["continuation first", [[11, NONE]]],
    ["final first", [[12, NONE]]],
    [
      "password twice",
      [
        [3, NONE],
        [3, NONE],
      ],
    ],
    [
      "MD5 after password",
      [
        [3, NONE],
        [5, SALT],
      ],
    ],
    [
      "SASL twice",
      [
        [10, SCRAM],
        [10, SCRAM],
      ],
    ],
    [
      "password during SCRAM",
      [
        [10, SCRAM],
        [3, NONE],
      ],
    ],
    [
      "final without continuation",
      [
        [10, SCRAM],
        [12, NONE],
      ],
    ],
    [
      "continuation after password",
      [
        [3, NONE],
        [11, NONE],
      ],
    ],
    [
      "final for OAuth",
      [
        [10, list("OAUTHBEARER")],
        [12, NONE],
      ],
    ],
  ])("%s is refused", async (_name, messages) => {
    const client = make()
    for (const [code, data] of messages.slice(0, -1)) await client.respond(code, data)
    const [code, data] = messages.at(-1)!
    await expect(client.respond(code, data)).rejects.toThrow(ProtocolError)
    expect(() => client.complete()).toThrow(ProtocolError)
  })

  test("a downgrade to cleartext in the middle of SCRAM does not get the password", async () => {
    const client = make()
    await client.respond(10, SCRAM)
    await expect(client.respond(3, NONE)).rejects.toThrow(/out of order/)
  })

  test("a request while the one before is being answered", async () => {
    const client = make()
    const first = client.respond(3, NONE)
    await expect(client.respond(3, NONE)).rejects.toThrow(ProtocolError)
    await expect(first).resolves.toBeDefined()
  })

  test("AuthenticationOk comes once", async () => {
    const client = make()
    client.complete()
    expect(() => client.complete()).toThrow(ProtocolError)
    await expect(make().respond(0, NONE)).resolves.toBeUndefined()
  })

  test("a salt of the wrong length is malformed", async () => {
    for (const length of [0, 3, 5]) {
      await expect(make().respond(5, new Uint8Array(length))).rejects.toThrow(/malformed AuthenticationMD5Password/)
    }
  })
})

describe("the password", () => {
  test.each<[string, Setup, RegExp]>([
    ["none", { password: async () => undefined }, /wants a password and none was given$/],
    ["an empty one", { password: async () => "" }, /none was given$/],
    [
      "none, and the file could not be used",
      { password: async () => undefined, passwordHint: "the file is open to others" },
      /none was given \(the file is open to others\)$/,
    ],
    ["one with a zero byte", { password: async () => "S3CRET\0" }, /must not contain a zero byte$/],
    ["no string", { password: (async () => ({ S3CRET: 1 })) as never }, /did not return a string$/],
  ])("%s is refused", async (_name, options, problem) => {
    for (const [code, data] of [
      [3, NONE],
      [5, SALT],
      [10, SCRAM],
    ] as const) {
      const attempt = make(options).respond(code, data)
      await expect(attempt).rejects.toThrow(problem)
      await expect(attempt).rejects.not.toThrow(/S3CRET/)
    }
  })

  test("what its function throws comes through", async () => {
    const failure = new Error("the vault is closed")
    await expect(make({ password: () => Promise.reject(failure) }).respond(3, NONE)).rejects.toBe(failure)
  })

  test("is not needed with SCRAM keys", async () => {
    const server = new ScramServer({ password: "known to the server only" })
    const client = make({
      password: () => Promise.reject(new Error("must not be asked")),
      scramClientKey: () => new Uint8Array(server.clientKey),
      scramServerKey: () => new Uint8Array(server.serverKey),
    })
    const final = await client.respond(11, server.first(saslData(await client.respond(10, SCRAM))))
    await client.respond(12, server.final(saslData(final)))
    client.complete()
  })

  test("goes through SASLprep for SCRAM", async () => {
    const server = new ScramServer({ password: "IX" })
    const client = make({ password: async () => "I\u00adX" })
    const final = await client.respond(11, server.first(saslData(await client.respond(10, SCRAM))))
    await client.respond(12, server.final(saslData(final)))
    client.complete()
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

describe("OAUTHBEARER", () => {
  const begin = (setup: Setup = {}) => make(setup).respond(10, list("OAUTHBEARER"))

  test("needs a function for the token", async () => {
    const config = resolveConfig("", undefined, { platform: fakePlatform() })
    await expect(begin({ oauth: config.oauth })).rejects.toThrow(/wants a token; set oauthToken/)
  })

  test.each(["", "a b", "a\x01user=admin", "é", "=", "a=b"])("%j is no bearer token", async (oauthToken) => {
    await expect(begin({ oauthToken })).rejects.toThrow(/did not return a bearer token/)
  })

  test("tells the function what it needs to know", async () => {
    const requests: unknown[] = []
    const { oauth } = resolveConfig(
      "oauth_issuer=https://issuer oauth_client_id=id oauth_client_secret=hush oauth_scope=openid",
      {
        oauthToken: async (request) => {
          requests.push(request)
          return "abc-._~+/="
        },
      },
      { platform: fakePlatform() },
    )
    expect(initial(await begin({ oauth }))[1]).toContain("Bearer abc-._~+/=\x01")
    expect(requests).toEqual([
      {
        user: "me",
        host: "db.example.org:5432",
        issuer: "https://issuer",
        clientId: "id",
        clientSecret: "hush",
        scope: "openid",
      },
    ])
  })

  test.each([
    [
      '{"status":"invalid_token","scope":"openid"}',
      'refused the bearer token (status "invalid_token", scope "openid")',
    ],
    ["{}", "refused the bearer token"],
    ["not JSON", "refused the bearer token"],
    ["[1]", "refused the bearer token"],
    ['{"status":5}', "refused the bearer token"],
  ])("a refusal, %s, is told", async (text, message) => {
    const client = make()
    await client.respond(10, list("OAUTHBEARER"))
    const attempt = client.respond(11, Buffer.from(text))
    await expect(attempt).rejects.toThrow(message)
    await expect(attempt).rejects.toBeInstanceOf(AuthenticationError)
  })
})
