/**
 * Array literals to nested arrays, as `pg` reads them: bounds are skipped, an unquoted NULL is null, whatever stands
 * between delimiters goes through the transform.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */

/** Makes an element of its text. */
export type ElementTransform = (text: string) => unknown

/** Reads one array literal. */
export class ArrayParser {
  readonly #source: string
  readonly #transform: ElementTransform | undefined
  #position = 0

  constructor(source: string, transform?: ElementTransform | ((value: string | null) => unknown)) {
    this.#source = source
    this.#transform = transform as ElementTransform | undefined
  }

  /** The array. @throws Error when its braces do not match */
  parse(): unknown[] {
    const source = this.#source
    if (source[0] === "[") this.#position = source.indexOf("=") + 1
    if (source[this.#position] !== "{") return []
    return this.#array()
  }

  #array(): unknown[] {
    const source = this.#source
    const entries: unknown[] = []
    this.#position++
    while (this.#position < source.length) {
      const character = source[this.#position]
      if (character === "}") {
        this.#position++
        return entries
      }
      if (character === ",") this.#position++
      else if (character === "{") entries.push(this.#array())
      else if (character === '"') entries.push(this.#element(this.#quoted()))
      else entries.push(this.#bare())
    }
    throw new Error("array dimension not balanced")
  }

  #quoted(): string {
    const source = this.#source
    let text = ""
    let from = ++this.#position
    while (this.#position < source.length && source[this.#position] !== '"') {
      if (source[this.#position] === "\\") {
        text += source.slice(from, this.#position)
        from = ++this.#position
      }
      this.#position++
    }
    text += source.slice(from, this.#position)
    this.#position++
    return text
  }

  #bare(): unknown {
    const source = this.#source
    const from = this.#position
    while (this.#position < source.length && source[this.#position] !== "," && source[this.#position] !== "}") {
      this.#position += source[this.#position] === "\\" ? 2 : 1
    }
    const text = source.slice(from, this.#position)
    return text === "NULL" ? null : this.#element(text.replaceAll(/\\(.)/gs, "$1"))
  }

  #element(text: string): unknown {
    return this.#transform === undefined ? text : this.#transform(text)
  }
}
