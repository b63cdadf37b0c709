/**
 * The least SCRAM-SHA-256 that opens a session. It remembers the salted password, as a driver may, and does not verify
 * the server, as a driver must: those two hashes are too little to show.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc5802
 */

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"
import { cstring, int32, message } from "./floor-frames.ts"

const OK = 0
const SASL = 10
const SASL_CONTINUE = 11

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest()

const saltedPasswords = new Map<string, Buffer>()

/** 4,096 hashes as a rule, made once. */
function saltedPassword(password: string, salt: string, iterations: number): Buffer {
  const key = `${iterations} ${salt} ${password}`
  const known = saltedPasswords.get(key)
  if (known !== undefined) return known
  const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), iterations, 32, "sha256")
  saltedPasswords.set(key, salted)
  return salted
}

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
    const salted = saltedPassword(this.#password, fields.get("s") ?? "", Number(fields.get("i")))
    const withoutProof = `c=biws,r=${fields.get("r")}`
    const clientKey = hmac(salted, "Client Key")
    const storedKey = createHash("sha256").update(clientKey).digest()
    const signature = hmac(storedKey, `${this.#firstBare},${serverFirst},${withoutProof}`)
    const proof = clientKey.map((byte, i) => byte ^ signature[i]!)
    return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`
  }
}
