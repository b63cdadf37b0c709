/** A platform made of plain objects: no test of config/ depends on this machine's files, user or environment. */

import type { FileStatus, Platform } from "../../../src/base/platform.ts"

/** One file: its contents, and what differs from a private file of the user's own. */
export interface FakeFile {
  readonly text?: string
  readonly status?: Partial<FileStatus>
  readonly unreadable?: boolean
}

/** What a test wants to differ. */
export interface FakePlatformOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, FakeFile | string>>
  readonly userName?: string | undefined
  readonly home?: string | undefined
  readonly isWindows?: boolean
}

/** The uid of the process on the fake platform. */
export const OWN_UID = 1000

/** Makes a platform. Directories exist when a file lies below them. */
export function fakePlatform(options: FakePlatformOptions = {}): Platform {
  const { env = {}, files = {}, isWindows = false } = options
  const file = (path: string): FakeFile | undefined => {
    const found = files[path]
    return typeof found === "string" ? { text: found } : found
  }
  return {
    env: (name) => env[name],
    userName: () => ("userName" in options ? options.userName : "os-user"),
    homeDirectory: () => ("home" in options ? options.home : "/home/me"),
    isWindows,
    effectiveUserId: () => (isWindows ? undefined : OWN_UID),
    readFile: (path) => {
      const found = file(path)
      if (found === undefined || found.unreadable) throw new Error(`S3CRET reason why ${path} cannot be read`)
      return new TextEncoder().encode(found.text ?? "")
    },
    readDirectory: (path) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1)),
    fileStatus: (path) => {
      const found = file(path)
      if (found !== undefined) return { isFile: true, mode: 0o600, uid: OWN_UID, ...found.status }
      const isDirectory = Object.keys(files).some((name) => name.startsWith(`${path}/`))
      return isDirectory ? { isFile: false, mode: 0o755, uid: 0 } : undefined
    },
  }
}
