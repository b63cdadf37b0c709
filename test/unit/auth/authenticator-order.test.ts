import { describe, expect, test } from "vitest"
import { ProtocolError } from "../../../src/errors/client-error.ts"
import { list, make, NONE, SALT, SCRAM, type Setup, saslData } from "./authenticator-setup.ts"
import { ScramServer } from "./scram-server.ts"

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

  test("what its function throws is the cause", async () => {
    const failure = new Error("the vault is closed")
    await expect(make({ password: () => Promise.reject(failure) }).respond(3, NONE)).rejects.toMatchObject({
      cause: failure,
      transient: false,
    })
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
