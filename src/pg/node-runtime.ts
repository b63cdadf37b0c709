/**
 * What the face of node-postgres needs of Node beyond `#platform`: its event emitters, streams and sockets are part of
 * that package's interface, so here they are the real ones. The only file of this folder that imports from `node:`.
 *
 * @see https://nodejs.org/api/events.html
 */

import { Buffer } from "node:buffer"
import { EventEmitter } from "node:events"
import { createRequire } from "node:module"
import { isIP, Socket } from "node:net"
import { Duplex, Readable, Writable } from "node:stream"
import type { ConnectionOptions } from "node:tls"
import { isDate } from "node:util/types"
import { runtimeModule } from "../base/platform-modules.ts"

export type { ConnectionOptions as TlsOptions } from "node:tls"
export { Buffer, Duplex, EventEmitter, isDate, Readable, Socket, Writable }

/** The value of an environment variable; undefined where the runtime does not let us look. */
export function environment(name: string): string | undefined {
  try {
    return process.env[name]
  } catch {
    return undefined // Deno without --allow-env
  }
}

/** True on Windows. */
export const isWindows: boolean = process.platform === "win32"

/** Runs a callback after what sockets have to tell in this turn of the event loop. */
export function later(callback: () => void): void {
  setImmediate(callback)
}

/** Begins a TLS session over a connected stream. */
export function secureStream(options: ConnectionOptions): Duplex {
  return runtimeModule("node:tls").connect(options)
}

/** True for a numeric address, which must not be sent as a server name. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0
}

/** A file as text. */
export function readText(path: string): string {
  return runtimeModule("node:fs").readFileSync(path, "utf8")
}

/** What a package exports if it is installed next to us, else undefined. */
export function loadInstalled(name: string): unknown {
  try {
    return createRequire(typeof __filename === "string" ? __filename : import.meta.url)(name)
  } catch (error) {
    if ((error as { code?: string }).code === "MODULE_NOT_FOUND") return undefined
    throw error
  }
}
