/**
 * SQL text and declared types → Statement, for one connection. Bounded in statements and in text: the one used longest
 * ago leaves, and its name is put down to be closed with the next request. The cache sends nothing itself.
 */

import type { Oid } from "../base/format.ts"
import { LruMap } from "../base/lru-map.ts"
import { UsageError } from "../errors/client-error.ts"
import type { PreparePolicy } from "./auto-prepare.ts"
import { changesSchema, changesSession, SchemaNews } from "./schema-news.ts"
import { Statement } from "./statement.ts"

/** All texts together, in UTF-16 units. One statement may have a quarter of it. */
const MAX_TEXT = 2 * 1024 * 1024

/** Statements of one connection and the names that are to be closed. */
export class StatementCache {
  readonly policy: PreparePolicy
  readonly #statements: LruMap<string, Statement>
  /** The names that exist on the server, as far as we know. */
  readonly #named: Map<string, Statement> = new Map()
  readonly #news: SchemaNews
  #newsTaken: number
  #changedInTransaction = false
  #textLength = 0
  #closing: string[] = []

  /**
   * @param capacity the most statements to remember; with 0 none, and none gets a name
   * @param news shared with the other connections of a pool
   */
  constructor(capacity: number, policy: PreparePolicy, news: SchemaNews = new SchemaNews()) {
    this.#statements = new LruMap(capacity)
    this.policy = policy
    this.#news = news
    this.#newsTaken = news.version
  }

  /** The statement of this text, made when it is new. */
  statement(text: string, declaredOids: readonly Oid[]): Statement {
    const key = declaredOids.length === 0 ? text : `${declaredOids.join(",")}\0${text}`
    if (this.#newsTaken !== this.#news.version) this.#takeNews()
    const known = this.#statements.get(key)
    // A text with a NUL can look like another one's key; it is refused, but not as that other statement.
    if (known !== undefined && known.text === text) return known
    const statement = new Statement(text, declaredOids)
    statement.isKept = this.#keep(key, statement)
    return statement
  }

  /** Whether the statement is remembered; others may have to leave for it. */
  #keep(key: string, statement: Statement): boolean {
    if (key.length > MAX_TEXT / 4) return false
    const evicted = this.#statements.set(key, statement)
    if (evicted === statement) return false
    this.#textLength += statement.text.length
    if (evicted !== undefined) this.#evict(evicted)
    while (this.#textLength > MAX_TEXT) this.#evict(this.#statements.evict()!)
    return true
  }

  #evict(statement: Statement): void {
    this.#textLength -= statement.text.length
    this.release(statement)
  }

  #takeNews(): void {
    this.#newsTaken = this.#news.version
    this.releaseAll()
  }

  /** A command was completed: it may have changed what our statements depend on. */
  onCompleted(command: string, text: string): void {
    switch (command) {
      case "SELECT":
      case "INSERT":
      case "UPDATE":
      case "DELETE":
        return
      case "COMMIT":
      case "ROLLBACK":
        // Others have seen the change only now, and after a rollback plans made since it are wrong.
        if (this.#changedInTransaction) this.#news.announce()
        this.#changedInTransaction = false
        return
    }
    if (changesSchema(command)) {
      this.#changedInTransaction = true
      this.#news.announce()
    } else if (changesSession(command, text)) {
      this.releaseAll()
    }
  }

  /** A statement has turned out to be stale: others made for the same tables may be too. */
  onStale(): void {
    this.#news.announce()
  }

  /**
   * Gives the statement its name: the same one for the same text on every connection, so that the server's logs and
   * views stay readable. The caller sends the Parse.
   * @param segment what the Parse may be skipped with
   */
  name(statement: Statement, segment?: object): void {
    const base = statement.chosenName ?? `pgline_${hash(statement.text)}`
    let name = base
    if (statement.chosenName !== undefined && this.#named.has(name)) {
      throw new UsageError(`there is a prepared statement named ${JSON.stringify(name)} already`, { safeToRetry: true })
    }
    for (let i = 2; this.#named.has(name) || this.#closing.includes(name); i++) name = `${base}_${i}`
    this.#named.set(name, statement)
    statement.named(name, segment)
  }

  /** Takes back a name that was never sent. */
  unname(statement: Statement): void {
    this.#named.delete(statement.name)
    statement.named("")
  }

  /** Forgets a statement; its name, if it has one, is closed with the next request. */
  release(statement: Statement): void {
    if (statement.name !== "") {
      this.#named.delete(statement.name)
      this.#closing.push(statement.name)
    }
    statement.forget()
  }

  /**
   * Forgets what is known of all statements. Their names are closed, which does no harm to those that are gone on the
   * server already.
   */
  releaseAll(): void {
    for (const statement of [...this.#named.values()]) this.release(statement)
    for (const statement of this.#statements.values()) statement.forget()
  }

  /** The names that are to be closed by the request that is being written. */
  get closing(): readonly string[] {
    return this.#closing
  }

  /** Puts names down to be closed once more: the request that was to do it was not acted upon. */
  closeLater(names: readonly string[]): void {
    this.#closing.push(...names)
  }

  /** The request that closes them has been written. */
  clearClosing(): void {
    if (this.#closing.length > 0) this.#closing = []
  }
}

/** 53 bits of a multiplicative hash, in base 36: short, and equal for equal texts on every machine. */
function hash(text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
