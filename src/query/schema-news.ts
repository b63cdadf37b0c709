/**
 * Word of changed tables and types, passed among the connections of a pool: what one has seen change, the others' plans
 * may have been made for. A number that grows; who remembers a smaller one has news to take in.
 */

/** Shared by all statement caches over one database. */
export class SchemaNews {
  #version = 0

  /** Grows with each piece of news. */
  get version(): number {
    return this.#version
  }

  /** Something that plans depend on has changed. */
  announce(): void {
    this.#version++
  }
}

/** Whether a command, by its tag, changes what prepared statements depend on. */
export function changesSchema(command: string): boolean {
  return /^(?:ALTER|DROP|CREATE (?!INDEX)) ?/.test(command)
}

/** Whether a command, by its tag and text, changes what the session's statements mean, or drops them. */
export function changesSession(command: string, text: string): boolean {
  switch (command) {
    case "DISCARD ALL":
    case "DEALLOCATE":
    case "DEALLOCATE ALL":
    case "RESET":
      return true
    case "SET":
      return /search_path|schema/i.test(text)
    default:
      return false
  }
}
