/** What the object mappers of the scenarios map. */

/** A row of `person`. */
export interface Person {
  id: number
  name: string
  born: Date | null
  data: unknown
  tags: string[] | null
  big: string | null
}

/** A row of `pet`, with its owner. */
export interface Pet {
  id: number
  name: string
  owner: Person
}
