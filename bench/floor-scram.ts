/**
 * The least SCRAM-SHA-256 that opens a session. It does not verify the server, as a driver must: the two hashes are too
 * little to show beside the 4,096 that both have to make.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc5802
 */

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"
import { cstring, int32, message } from "./floor-frames.ts"

const OK = 0
const SASL = 10
const SASL_CONTINUE = 11

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest()

/** One login. */
export class ScramLogin {
  readonly #password: string
  readonly #firstBare: string

  constructor(user: string, password: string) {
    this.#password = password
    this.#firstBare = `n=${user},r=${randomBytes(18).toString("base64")}`
  }

  /** Answers the body of an Authentication message; nothing where none is due. */
  answer(body: Buffer): Buffer | undefined {
    const request = body.readInt32BE(0)
    switch (request) {
      case SASL: {
        const first = Buffer.from(`n,,${this.#firstBare}`)
        return message("p", cstring("SCRAM-SHA-256"), int32(first.length), first)
      }
      case SASL_CONTINUE:
        return message("p", Buffer.from(this.#final(body.toString("utf8", 4))))
      default:
        if (request !== OK && request !== SASL_CONTINUE + 1) throw new Error("the floor runner needs SCRAM or trust")
        return undefined
    }
  }

  #final(serverFirst: string): string {
    const fields = new Map(serverFirst.split(",").map((field) => [field[0], field.slice(2)]))
    const salt = Buffer.from(fields.get("s") ?? "", "base64")
    const salted = pbkdf2Sync(this.#password, salt, Number(fields.get("i")), 32, "sha256")
    const withoutProof = `c=biws,r=${fields.get("r")}`
    const clientKey = hmac(salted, "Client Key")
    const storedKey = createHash("sha256").update(clientKey).digest()
    const signature = hmac(storedKey, `${this.#firstBare},${serverFirst},${withoutProof}`)
    const proof = clientKey.map((byte, i) => byte ^ signature[i]!)
    return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`
  }
}
