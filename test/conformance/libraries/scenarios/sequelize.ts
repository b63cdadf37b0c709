/** Sequelize 6 with its postgres dialect. */

import { DataTypes, QueryTypes, Sequelize, Transaction } from "sequelize"
import { failureOf, type ScenarioServer } from "../scenario.ts"

export async function run(server: ScenarioServer): Promise<unknown> {
  const db = new Sequelize(server.url, { dialect: "postgres", logging: false, pool: { max: 1 } })
  const Person = db.define(
    "person",
    {
      name: { type: DataTypes.TEXT, allowNull: false, unique: true },
      born: DataTypes.DATE,
      day: DataTypes.DATEONLY,
      data: DataTypes.JSONB,
      tags: DataTypes.ARRAY(DataTypes.TEXT),
      mood: DataTypes.ENUM("good", "bad"),
      amount: DataTypes.DECIMAL(10, 2),
      big: DataTypes.BIGINT,
      span: DataTypes.RANGE(DataTypes.INTEGER),
      photo: DataTypes.BLOB,
    },
    { timestamps: false },
  )
  const Pet = db.define("pet", { name: DataTypes.TEXT }, { timestamps: false })
  Person.hasMany(Pet, { foreignKey: "ownerId" })
  Pet.belongsTo(Person, { foreignKey: "ownerId", as: "owner" })
  await db.authenticate()
  await db.sync({ force: true })
  const ann = await Person.create({
    name: "Ann",
    born: new Date("2000-01-02T03:04:05.678Z"),
    day: "1990-05-06",
    data: { a: [1, null] },
    tags: ["a", 'b"c'],
    mood: "good",
    amount: "12.50",
    big: "9007199254740993",
    span: [1, 5],
    photo: Buffer.from([0, 255]),
  })
  await Pet.bulkCreate([
    { name: "Rex", ownerId: ann.get("id") },
    { name: "Tom", ownerId: ann.get("id") },
  ])
  const found = await Person.findOne({ where: { name: "Ann" }, include: Pet, order: [[Pet, "id", "ASC"]] })
  const owners = await Pet.findAll({ include: "owner", order: ["id"] })
  const [updated] = await Pet.update({ name: "Max" }, { where: { name: "Rex" } })
  const destroyed = await Pet.destroy({ where: { name: "nobody" } })
  const [upserted, isNew] = await Person.findOrCreate({ where: { name: "Bo" }, defaults: { mood: "bad" } })
  const committed = await db.transaction(
    { isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE },
    async (transaction) => {
      await Person.create({ name: "Cy" }, { transaction })
      return await Person.count({ transaction })
    },
  )
  const rolledBack = await failureOf(
    db.transaction(async (transaction) => {
      await Person.create({ name: "Di" }, { transaction })
      throw new RangeError("no")
    }),
  )
  const duplicate = await failureOf(Person.create({ name: "Ann" }))
  const foreign = await failureOf(Pet.create({ name: "x", ownerId: 99 }))
  const invalid = await failureOf(Person.create({}))
  const wrong = await failureOf(db.query("select nosuch"))
  const raw = await db.query("select $1::int as n, now() is not null as now", { bind: [5], type: QueryTypes.SELECT })
  const replaced = await db.query("select :n as n", { replacements: { n: "it's" }, type: QueryTypes.SELECT })
  const tables = await db.getQueryInterface().showAllTables()
  await db.close()
  return {
    ann: ann.toJSON(),
    found: found?.toJSON(),
    owners: owners.map((pet) => pet.toJSON()),
    updated,
    destroyed,
    upserted: upserted.toJSON(),
    isNew,
    committed,
    rolledBack,
    duplicate,
    foreign,
    invalid,
    wrong,
    raw,
    replaced,
    tables,
  }
}
