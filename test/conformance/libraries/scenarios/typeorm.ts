/** TypeORM with its postgres driver. */

import { DataSource, EntitySchema, type MigrationInterface, type QueryRunner } from "typeorm"
import type { Person, Pet } from "../people.ts"
import { failureOf, type ScenarioServer } from "../scenario.ts"

interface PersonWithPets extends Person {
  pets: Pet[]
}

const PersonSchema = new EntitySchema<PersonWithPets>({
  name: "person",
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: "text", unique: true },
    born: { type: "timestamptz", nullable: true },
    data: { type: "jsonb", nullable: true },
    tags: { type: "text", array: true, nullable: true },
    big: { type: "bigint", nullable: true },
  },
  relations: { pets: { type: "one-to-many", target: "pet", inverseSide: "owner" } },
})
const PetSchema = new EntitySchema<Pet>({
  name: "pet",
  columns: { id: { type: Number, primary: true, generated: true }, name: { type: "text" } },
  relations: { owner: { type: "many-to-one", target: "person", inverseSide: "pets", joinColumn: true } },
})

class AddNote1700000000000 implements MigrationInterface {
  name = "AddNote1700000000000"

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("create table note (id int primary key)")
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table note")
  }
}

export async function run(server: ScenarioServer): Promise<unknown> {
  const source = new DataSource({
    type: "postgres",
    url: server.url,
    entities: [PersonSchema, PetSchema],
    migrations: [AddNote1700000000000],
    poolSize: 1,
  })
  await source.initialize()
  await source.synchronize()
  const migrated = (await source.runMigrations()).map(({ name }) => name)
  await source.undoLastMigration()
  const people = source.getRepository(PersonSchema)
  const pets = source.getRepository(PetSchema)
  const ann = await people.save({
    name: "Ann",
    born: new Date(0),
    data: { a: [1] },
    tags: ["a", 'b"c'],
    big: "9007199254740993",
  })
  await pets.save([
    { name: "Rex", owner: ann },
    { name: "Tom", owner: ann },
  ])
  const found = await people.find({ relations: { pets: true }, order: { pets: { id: "ASC" } } })
  const built = await source
    .createQueryBuilder(PetSchema, "pet")
    .leftJoinAndSelect("pet.owner", "owner")
    .where("owner.name = :name", { name: "Ann" })
    .orderBy("pet.id")
    .getMany()
  const updated = await pets.update({ name: "Rex" }, { name: "Max" })
  const deleted = await pets.delete({ name: "nobody" })
  const committed = await source.transaction(async (manager) => {
    await manager.save(PersonSchema, { name: "Bo" })
    return await manager.count(PersonSchema)
  })
  const rolledBack = await failureOf(
    source.transaction("SERIALIZABLE", async (manager) => {
      await manager.save(PersonSchema, { name: "Cy" })
      throw new RangeError("no")
    }),
  )
  const duplicate = await failureOf(people.insert({ name: "Ann" }))
  const wrong = await failureOf(source.query("select nosuch"))
  const raw = await source.query("select $1::int as n", [5])
  const runner = source.createQueryRunner()
  const stream = await runner.stream("select generate_series(1, 250) as n")
  let streamed = 0
  for await (const _ of stream) streamed++
  await runner.release()
  await source.destroy()
  return { migrated, ann, found, built, updated, deleted, committed, rolledBack, duplicate, wrong, raw, streamed }
}
