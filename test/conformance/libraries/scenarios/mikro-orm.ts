/** MikroORM with its PostgreSQL driver. */

import { EntitySchema, MikroORM } from "@mikro-orm/postgresql"
import type { Person, Pet } from "../people.ts"
import { failureOf, type ScenarioServer } from "../scenario.ts"

const PersonSchema = new EntitySchema<Person>({
  name: "Person",
  properties: {
    id: { type: "number", primary: true },
    name: { type: "string", unique: true },
    born: { type: "Date", nullable: true },
    data: { type: "json", nullable: true },
    tags: { type: "array", nullable: true },
    big: { type: "bigint", nullable: true },
  },
})
const PetSchema = new EntitySchema<Pet>({
  name: "Pet",
  properties: {
    id: { type: "number", primary: true },
    name: { type: "string" },
    owner: { kind: "m:1", entity: () => PersonSchema },
  },
})

export async function run(server: ScenarioServer): Promise<unknown> {
  const orm = await MikroORM.init({
    clientUrl: server.url,
    dbName: server.database,
    entities: [PersonSchema, PetSchema],
    pool: { min: 0, max: 1 },
    ensureDatabase: false,
  })
  await orm.schema.create()
  const em = orm.em.fork()
  const ann = em.create(PersonSchema, {
    name: "Ann",
    born: new Date(0),
    data: { a: [1, null] },
    tags: ["a", 'b"c'],
    big: "9007199254740993",
  } as never) as unknown as Person
  em.create(PetSchema, { name: "Rex", owner: ann } as never)
  em.create(PetSchema, { name: "Tom", owner: ann } as never)
  await em.flush()
  const fresh = orm.em.fork()
  const found = await fresh.find(PetSchema, { owner: { name: "Ann" } } as never, {
    populate: ["owner"] as never,
    orderBy: { id: "asc" } as never,
  })
  const plain = found.map((pet) => JSON.parse(JSON.stringify(pet)))
  const [rex] = found as unknown as Pet[]
  rex!.name = "Max"
  await fresh.flush()
  const committed = await orm.em.fork().transactional(async (inner) => {
    inner.create(PersonSchema, { name: "Bo" } as never)
    await inner.flush()
    return await inner.count(PersonSchema)
  })
  const rolledBack = await failureOf(
    orm.em.fork().transactional(async (inner) => {
      inner.create(PersonSchema, { name: "Cy" } as never)
      await inner.flush()
      throw new RangeError("no")
    }),
  )
  const duplicate = await failureOf(orm.em.fork().insert(PersonSchema, { name: "Ann" } as never))
  const wrong = await failureOf(orm.em.getConnection().execute("select nosuch"))
  const raw = await orm.em.getConnection().execute("select ?::int as n, now() is not null as now", [5])
  const removed = await orm.em.fork().nativeDelete(PetSchema, { name: "nobody" } as never)
  const names = await orm.em
    .fork()
    .find(PersonSchema, {}, { fields: ["name"] as never, orderBy: { id: "asc" } as never })
  await orm.close(true)
  return { plain, committed, rolledBack, duplicate, wrong, raw, removed, names: JSON.parse(JSON.stringify(names)) }
}
