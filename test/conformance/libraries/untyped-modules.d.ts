/** What the scenarios use of packages that come without declarations. */

declare module "pg-cursor" {
  import type { Submittable } from "pg"

  export default class Cursor implements Submittable {
    constructor(text: string, values?: unknown[], config?: { rowMode?: string })
    submit(connection: unknown): void
    read<T = unknown>(count: number): Promise<T[]>
    close(): Promise<void>
  }
}

declare module "pg-copy-streams" {
  import type { Readable, Writable } from "node:stream"
  import type { Submittable } from "pg"

  const copy: {
    from(text: string): Writable & Submittable & { rowCount: number }
    to(text: string): Readable & Submittable & { rowCount: number }
  }
  export default copy
}

declare module "express-session" {
  namespace session {
    export interface SessionData {
      cookie: object
    }
  }
  const session: object
  export default session
}

declare module "connect-pg-simple" {
  type Done = (error?: unknown, value?: unknown) => void

  interface Store {
    set(id: string, value: unknown, done: Done): void
    get(id: string, done: Done): void
    touch(id: string, value: unknown, done: Done): void
    destroy(id: string, done: Done): void
    pruneSessions(done: Done): void
    close(): Promise<void>
  }
  export default function connectPgSimple(session: object): new (options: object) => Store
}
