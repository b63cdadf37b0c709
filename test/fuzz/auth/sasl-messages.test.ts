/**
 * A hostile server's side of authentication: whatever it sends, in whatever order, the client answers, refuses with an
 * error of ours, and never accepts AuthenticationOk after a SCRAM exchange that it did not see through.
 */

import fc from "fast-check"
import { expect, test } from "vitest"
import { Authenticator } from "../../../src/auth/authenticator.ts"
import { endPointBinding } from "../../../src/auth/channel-binding.ts"
import { ScramKeyCache } from "../../../src/auth/scram-keys.ts"
import { ClientError } from "../../../src/errors/client-error.ts"
import { ScramServer } from "../../unit/auth/scram-server.ts"

const SCRAM = Buffer.from("SCRAM-SHA-256\0\0")
const cache = new ScramKeyCache()

const make = () =>
  new Authenticator({
    user: "me",
    password: async () => "secret",
    requireAuth: undefined,
    channelBinding: "prefer",
    sslInUse: false,
    scramIterationLimit: 100,
    hostLabel: "h",
    scramKeyCache: cache,
  })

const data = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.constantFrom(
    ...["SCRAM-SHA-256\0\0", "r=x,s=c2FsdA==,i=1", "v=AAAA", "e=x", "\0", ""].map((text) =>
      Uint8Array.from(Buffer.from(text)),
    ),
  ),
)

test("any sequence of requests ends in answers or errors of ours", async () => {
  const request = fc.tuple(fc.constantFrom(0, 3, 5, 7, 8, 9, 10, 11, 12, 13, -1), data)
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 5 }), async (requests) => {
      const client = make()
      const answered: number[] = []
      try {
        for (const [code, body] of requests) {
          await client.respond(code, body)
          answered.push(code)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ClientError)
        expect(client.method).toBeUndefined()
      }
      // One request for a password, or one for SASL, may precede Ok; nothing may follow it.
      if (answered.includes(0)) expect([[0], [3, 0], [5, 0]]).toContainEqual(answered)
    }),
    { numRuns: 3000 },
  )
})

test("a SCRAM exchange with one message changed is never accepted", async () => {
  const edit = fc.record({
    message: fc.constantFrom("first", "final"),
    at: fc.nat(200),
    remove: fc.nat(3),
    insert: fc.uint8Array({ maxLength: 3 }),
  })
  let unchanged = 0
  await fc.assert(
    fc.asyncProperty(edit, async ({ message, at, remove, insert }) => {
      const server = new ScramServer({ password: "secret", salt: Buffer.from("salt"), iterations: 10 })
      const client = make()
      const change = (name: string, genuine: Buffer): Buffer => {
        if (name !== message) return genuine
        const start = at % (genuine.length + 1)
        return Buffer.concat([genuine.subarray(0, start), insert, genuine.subarray(start + remove)])
      }
      const accept = async () => {
        const initial = await client.respond(10, SCRAM)
        if (initial?.kind !== "sasl-initial") throw new Error("no SCRAM")
        const first = server.first(initial.data)
        const changedFirst = change("first", first)
        const reply = await client.respond(11, changedFirst)
        if (reply?.kind !== "sasl") throw new Error("no SCRAM")
        let final: Buffer
        try {
          final = server.final(reply.data)
        } catch {
          final = Buffer.from(`v=${Buffer.alloc(32, 1).toString("base64")}`)
        }
        const changedFinal = change("final", final)
        await client.respond(12, changedFinal)
        client.complete()
        return first.equals(changedFirst) && final.equals(changedFinal)
      }
      try {
        expect(await accept()).toBe(true)
        unchanged++
      } catch (error) {
        expect(error).toBeInstanceOf(ClientError)
      }
    }),
    { numRuns: 1000 },
  )
  expect(unchanged).toBeGreaterThan(0)
})

test("any bytes in the place of a certificate have a binding or a problem", () => {
  const der = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(fc.constantFrom(0x30, 0x06, 0xa0, 0x80, 0x81, 0x84, 0xff, 0, 1, 2, 5, 9, 0x2a), { maxLength: 40 })
      .map((b) => Uint8Array.from(b)),
  )
  fc.assert(
    fc.property(der, (bytes) => {
      const { data: binding, problem } = endPointBinding(bytes)
      expect(binding === undefined).toBe(typeof problem === "string")
    }),
    { numRuns: 5000 },
  )
})
