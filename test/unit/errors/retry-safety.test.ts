import { describe, expect, test } from "vitest"
import { ConnectError, ConnectionError, ProtocolError, TimeoutError } from "../../../src/errors/client-error.ts"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { createServerError } from "../../../src/errors/create-server-error.ts"
import { isSafeToRetry, isTransient } from "../../../src/errors/retry-safety.ts"

function server(code: string, severity = "ERROR"): Error {
  return createServerError({ severity, code, message: "m" })
}

describe("isSafeToRetry", () => {
  test.each<[string, unknown, boolean]>([
    ["nothing was sent", new ConnectError("m", [new Error("refused")]), true],
    ["never left the client", new CompositionError("m"), true],
    ["serialization failure", server("40001"), true],
    ["deadlock", server("40P01"), true],
    ["outcome unknown", server("40003"), false],
    ["too many connections", server("53300", "FATAL"), true],
    ["admin shutdown", server("57P01", "FATAL"), false],
    ["unique violation", server("23505"), false],
    ["lost connection", new ConnectionError("m"), false],
    ["lost connection, nothing sent", new ConnectionError("m", { safeToRetry: true }), true],
    ["timeout", new TimeoutError("m"), false],
    ["somebody else's error", new Error("m"), false],
    ["no error", "40001", false],
    ["undefined", undefined, false],
  ])("%s", (_, error, expected) => {
    expect(isSafeToRetry(error)).toBe(expected)
  })

  test("looks through errors that wrap", () => {
    expect(isSafeToRetry(new Error("a", { cause: new Error("b", { cause: server("40001") }) }))).toBe(true)
  })

  test("believes the outermost error of ours, which knew what had been sent", () => {
    expect(isSafeToRetry(new ConnectionError("lost", { cause: server("40001") }))).toBe(false)
    expect(isSafeToRetry(new ProtocolError("m", { cause: new ConnectError("m", []) }))).toBe(false)
  })

  test("ends on a ring of causes", () => {
    const ring = new Error("a")
    ring.cause = new Error("b", { cause: ring })
    expect(isSafeToRetry(ring)).toBe(false)
    expect(isTransient(ring)).toBe(false)
  })
})

describe("isTransient", () => {
  test.each<[unknown, boolean]>([
    [server("40001"), true],
    [server("57P01", "FATAL"), true],
    [server("23505"), false],
    [new ConnectionError("m"), true],
    [new ProtocolError("m"), false],
    [new Error("m", { cause: new TimeoutError("t") }), true],
    [new Error("m"), false],
    [null, false],
  ])("%s: %s", (error, expected) => {
    expect(isTransient(error)).toBe(expected)
  })
})
