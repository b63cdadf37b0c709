/** What the programs use of packages that come without declarations, in the shape that DefinitelyTyped gives them. */

declare module "pg-cursor" {
  import type { EventEmitter } from "node:events"
  import type { Connection, QueryResult, Submittable } from "pg"

  export default class Cursor<Row = any> extends EventEmitter implements Submittable {
    constructor(text: string, values?: any[], config?: { rowMode?: "array" })
    read(maxRows: number): Promise<Row[]>
    read(maxRows: number, callback: (err: Error | undefined, rows: Row[], result: QueryResult) => void): void
    close(): Promise<void>
    submit: (connection: Connection) => void
  }
}

declare module "pg-copy-streams" {
  import type { Transform, TransformOptions, Writable } from "node:stream"
  import type { Connection, Submittable } from "pg"

  export function from(text: string, options?: TransformOptions): CopyStreamQuery
  export function to(text: string, options?: TransformOptions): CopyToStreamQuery

  export class CopyStreamQuery extends Writable implements Submittable {
    rowCount: number
    submit(connection: Connection): void
  }

  export class CopyToStreamQuery extends Transform implements Submittable {
    rowCount: number
    submit(connection: Connection): void
  }
}

declare module "connect-pg-simple" {
  import type { Pool } from "pg"

  export default function connectPgSimple(session: object): new (options: { pool?: Pool }) => object
}
