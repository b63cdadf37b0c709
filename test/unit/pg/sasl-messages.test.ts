/** The words in which malformed SCRAM messages are refused: programs look for them. */

import { describe, expect, it } from "vitest"
import { checkServerFinal, checkServerFirst } from "../../../src/pg/sasl-messages.ts"

describe("the server's first message", () => {
  it.each([
    ["s=c2FsdA==,i=4096", "SASL: SCRAM-SERVER-FIRST-MESSAGE: nonce missing"],
    ["r=abc\u0001,s=c2FsdA==,i=4096", "SASL: SCRAM-SERVER-FIRST-MESSAGE: nonce must only contain printable characters"],
    ["r=abcd,i=4096", "SASL: SCRAM-SERVER-FIRST-MESSAGE: salt missing"],
    ["r=abcd,s=***,i=4096", "SASL: SCRAM-SERVER-FIRST-MESSAGE: salt must be base64"],
    ["r=abcd,s=c2FsdA==", "SASL: SCRAM-SERVER-FIRST-MESSAGE: iteration missing"],
    ["r=abcd,s=c2FsdA==,i=0", "SASL: SCRAM-SERVER-FIRST-MESSAGE: invalid iteration count"],
    ["r=xbcd,s=c2FsdA==,i=4096", "SASL: SCRAM-SERVER-FIRST-MESSAGE: server nonce does not start with client nonce"],
    ["r=abc,s=c2FsdA==,i=4096", "SASL: SCRAM-SERVER-FIRST-MESSAGE: server nonce is too short"],
    [
      "r=abcd,s=c2FsdA==,i=5000",
      "SASL: SCRAM-SERVER-FIRST-MESSAGE: iteration count 5000 exceeds scramMaxIterations of 4096",
    ],
    ["nonsense", "SASL: Invalid attribute pair entry"],
  ])("%s", (message, refusal) => {
    expect(() => checkServerFirst(message, "abc", 4096)).toThrow(refusal)
  })

  it("is accepted when nothing is wrong, with any number of iterations when none is the most", () => {
    expect(() => checkServerFirst("r=abcd,s=c2FsdA==,i=4096", "abc", 4096)).not.toThrow()
    expect(() => checkServerFirst("r=abcd,s=c2FsdA==,i=999999999", "abc", 0)).not.toThrow()
  })
})

describe("the server's final message", () => {
  it.each([
    ["e=invalid-proof", 'SASL: SCRAM-SERVER-FINAL-MESSAGE: server returned error: "invalid-proof"'],
    ["x=1", "SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature is missing"],
    ["v=***", "SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature must be base64"],
  ])("%s", (message, refusal) => {
    expect(() => checkServerFinal(message)).toThrow(refusal)
  })
})
