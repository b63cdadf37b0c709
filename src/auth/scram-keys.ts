/**
 * The keys that SCRAM derives from a password, and a cache of them: deriving takes thousands of hashes, and all the
 * connections of a pool derive the same. PBKDF2 runs on WebCrypto's threads, never on the event loop. Several that ask
 * for the same keys at once share one derivation.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5802#section-3
 */

import { hashBytes, hmacSha256 } from "#platform"
import { LruMap } from "../base/lru-map.ts"
import { encodeBase64 } from "./base64.ts"

type Key = Uint8Array<ArrayBuffer>

/** What is needed to prove the password and to check that the server knows it. */
export interface ScramKeys {
  readonly clientKey: Key
  readonly storedKey: Key
  readonly serverKey: Key
}

const CACHE_SIZE = 32
const HASH = "SHA-256"
const encoder = new TextEncoder()

/** Remembers the keys of the passwords, salts and iteration counts seen last. It does not remember the passwords. */
export class ScramKeyCache {
  readonly #keys: LruMap<string, Promise<ScramKeys>> = new LruMap(CACHE_SIZE)
  #secret: string | undefined

  /** The keys for a password that has been through SASLprep. */
  derive(password: string, salt: Key, iterations: number): Promise<ScramKeys> {
    this.#secret ??= encodeBase64(crypto.getRandomValues(new Uint8Array(32)))
    const text = `${this.#secret} ${iterations} ${encodeBase64(salt)} ${password}`
    const id = encodeBase64(hashBytes("sha256", encoder.encode(text)))
    const known = this.#keys.get(id)
    if (known !== undefined) return known
    const keys = deriveScramKeys(password, salt, iterations)
    this.#keys.set(id, keys)
    keys.catch(() => this.#keys.delete(id))
    return keys
  }
}

/** Derives the keys anew. */
export async function deriveScramKeys(password: string, salt: Key, iterations: number): Promise<ScramKeys> {
  const { subtle } = crypto
  const secret = await subtle.importKey("raw", encoder.encode(password), "PBKDF2", false, ["deriveBits"])
  const salted = new Uint8Array(await subtle.deriveBits({ name: "PBKDF2", hash: HASH, salt, iterations }, secret, 256))
  const clientKey = hmacSha256(salted, encoder.encode("Client Key"))
  const serverKey = hmacSha256(salted, encoder.encode("Server Key"))
  return { clientKey, storedKey: hashBytes("sha256", clientKey), serverKey }
}
