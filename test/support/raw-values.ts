/**
 * Values as a real server writes and reads them, with no codec of ours in between: their text, their binary form, and
 * what it makes of either when they are sent back. The `pg` package carries them.
 */

import pg from "pg"

/** What of `pg`'s inner connection is used: the messages of COPY. */
interface CopySource {
  on(event: "copyData", listener: (message: { readonly chunk: Buffer }) => void): void
  off(event: "copyData", listener: (message: { readonly chunk: Buffer }) => void): void
}

/** COPY BINARY begins with a signature of 11 bytes, flags and the length of an extension. */
const COPY_HEADER = 19
/** Leaves results as the text they came in. */
const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text }

/** One connection to the server under test. */
export class RawValues implements AsyncDisposable {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async open(url: string): Promise<RawValues> {
    const client = new pg.Client(url)
    await client.connect()
    return new RawValues(client)
  }

  /** Runs statements for their effect. */
  async run(sql: string): Promise<void> {
    await this.#client.query(sql)
  }

  /** Rows of a query, every value in its text form. */
  async text(sql: string, values: readonly (string | Buffer)[] = []): Promise<(string | null)[][]> {
    const config = { text: sql, values: [...values], rowMode: "array" as const, types: AS_TEXT }
    return (await this.#client.query<(string | null)[]>(config)).rows
  }

  /** Rows of a query, every value in its binary form. */
  async binary(sql: string): Promise<(Buffer | null)[][]> {
    const { connection } = this.#client as unknown as { readonly connection: CopySource }
    const chunks: Buffer[] = []
    const gather = (message: { readonly chunk: Buffer }): void => {
      chunks.push(Buffer.from(message.chunk))
    }
    connection.on("copyData", gather)
    await this.#client.query(`copy (${sql}) to stdout (format binary)`)
    connection.off("copyData", gather)
    return readTuples(Buffer.concat(chunks))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}

function readTuples(bytes: Buffer): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = []
  for (let at = COPY_HEADER; ; ) {
    const count = bytes.readInt16BE(at)
    at += 2
    if (count < 0) return rows
    const row: (Buffer | null)[] = []
    for (let i = 0; i < count; i++) {
      const length = bytes.readInt32BE(at)
      at += 4
      row.push(length < 0 ? null : bytes.subarray(at, at + length))
      at += Math.max(length, 0)
    }
    rows.push(row)
  }
}
