/**
 * The platform on Node, Bun and Deno. Reached as `#platform`; one of the few files that may import from `node:`.
 *
 * `process` is the global on purpose: importing `node:process` reads all its properties, and so opens standard input.
 */

import { Buffer } from "node:buffer"
import { tracingChannel as nodeTracingChannel, type TracingChannel } from "node:diagnostics_channel"
import type { Readable, Writable } from "node:stream"
import type { Bytes, FileStatus, Platform } from "./platform.ts"
import { runtimeModule } from "./platform-modules.ts"

/** Allocates bytes without clearing them: every use overwrites what it hands out. */
export function allocateBytes(size: number): Bytes {
  return asBytes(Buffer.allocUnsafeSlow(size))
}

/** Views any byte array as {@link Bytes} without copying. */
export function viewBytes(bytes: Uint8Array): Bytes {
  return asBytes(bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

/** Every Buffer has the native string routines, though its typings keep them to themselves. */
function asBytes(buffer: Buffer): Bytes {
  return buffer as Buffer & Bytes
}

/** The number of UTF-8 bytes a string takes. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8")
}

/** A diagnostics_channel tracing channel, made when it is asked for first. */
export function tracingChannel(name: string): TracingChannel<object, object> {
  return nodeTracingChannel<object, object>(name)
}

/** Tells the process's owner of something that is wrong but harms nobody yet. */
export function emitWarning(warning: Error): void {
  process.emitWarning(warning)
}

/** Runs a callback after all that this turn of the event loop has still to do, before anything is read or written. */
export function nextTick(callback: () => void): void {
  process.nextTick(callback)
}

/** Resolves after what the sockets have to tell meanwhile: for loops that would never let them speak. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The streams of this platform beside the web's. */
export type { Readable as NodeReadable, Writable as NodeWritable } from "node:stream"

/** A Readable that takes from an iterable as it is read, and ends the iteration when it is destroyed. */
export function nodeReadable(source: AsyncIterable<unknown>, objectMode: boolean): Readable {
  const { Readable } = runtimeModule("node:stream")
  return Readable.from(source, objectMode ? { objectMode } : { objectMode, highWaterMark: 64 * 1024 })
}

/** What a Writable passes its chunks to. */
export interface ChunkSink {
  write(chunk: Uint8Array | string): Promise<void>
  end(): Promise<void>
  abort(reason: unknown): Promise<void>
}

/** A Writable that hands its chunks on, one at a time. */
export function nodeWritable(sink: ChunkSink): Writable {
  const settle = (promise: Promise<void>, callback: (error?: Error | null) => void): void => {
    promise.then(() => callback(), callback)
  }
  const { Writable } = runtimeModule("node:stream")
  return new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, callback) => settle(sink.write(chunk), callback),
    final: (callback) => settle(sink.end(), callback),
    destroy: (error, callback) => settle(sink.abort(error), (failure) => callback(error ?? failure ?? null)),
  })
}

/** MD5, for the server's oldest password method only; WebCrypto does not have it. */
export function md5Hex(data: Uint8Array): string {
  return runtimeModule("node:crypto").createHash("md5").update(data).digest("hex")
}

/** Any hash that OpenSSL knows by name: certificates may be signed with ones that WebCrypto lacks. */
export function hashBytes(algorithm: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(runtimeModule("node:crypto").createHash(algorithm).update(data).digest())
}

/** HMAC-SHA-256 of a few bytes: a hundred times cheaper here than as a job of WebCrypto's threads. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(runtimeModule("node:crypto").createHmac("sha256", key).update(data).digest())
}

/** The services of this process. */
export const platform: Platform = {
  env: (name) => process.env[name],
  userName: () => {
    try {
      return runtimeModule("node:os").userInfo().username
    } catch {
      return undefined // a uid without an entry in the user database
    }
  },
  homeDirectory: () => runtimeModule("node:os").homedir() || undefined,
  isWindows: process.platform === "win32",
  effectiveUserId: () => process.geteuid?.(),
  readFile: (path) => runtimeModule("node:fs").readFileSync(path),
  readDirectory: (path) => runtimeModule("node:fs").readdirSync(path),
  fileStatus: (path): FileStatus | undefined => {
    try {
      const status = runtimeModule("node:fs").statSync(path)
      return { isFile: status.isFile(), mode: status.mode & 0o777, uid: status.uid }
    } catch {
      return undefined // a file that we may not even look at is as good as none
    }
  },
}
