/**
 * What pgline asks of a runtime besides the web-standard globals. `platform-node.ts` answers on Node, Bun and Deno and
 * is reached as `#platform`, so that no other file of the lower floors needs a `node:` import.
 */

/**
 * A byte array with the native string routines of Node's Buffer. They cost about 40 ns a call whatever the length,
 * where TextDecoder costs 65 and more.
 */
export interface Bytes extends Uint8Array<ArrayBuffer> {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
  hexSlice(start: number, end: number): string
  base64Slice(start: number, end: number): string
  utf8Write(text: string, offset: number): number
  latin1Write(text: string, offset: number): number
  base64Write(text: string, offset: number): number
  copy(target: Uint8Array, targetStart: number, start: number, end: number): number
}

/** What a file looks like from the outside; `undefined` where the platform has no such notion. */
export interface FileStatus {
  readonly isFile: boolean
  /** Unix permission bits, `0` on Windows. */
  readonly mode: number
  /** The numeric owner. */
  readonly uid: number
}

/** The services of the runtime. Everything is synchronous: configuration is read once, before a connection is made. */
export interface Platform {
  /** The environment's variables, read at the time of the call. */
  env(name: string): string | undefined
  /** The operating system's name of the user who runs the process, `undefined` when it has none. */
  userName(): string | undefined
  /** The user's home directory. */
  homeDirectory(): string | undefined
  /** True on Windows, where libpq looks for its files elsewhere and has no default socket directory. */
  readonly isWindows: boolean
  /** The numeric user the process acts as, `undefined` on Windows. */
  effectiveUserId(): number | undefined
  /** The contents of a file as bytes; throws when it cannot be read. */
  readFile(path: string): Uint8Array
  /** The names in a directory; throws when it cannot be read. */
  readDirectory(path: string): string[]
  /** The status of a file, `undefined` when there is none or it is out of reach. */
  fileStatus(path: string): FileStatus | undefined
}
