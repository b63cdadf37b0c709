/**
 * Refusals that named something else than what was wrong: a template's values were taken for options, and a closed
 * connection told to use its transaction.
 */

import { expect, it } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

type Tag = (template: TemplateStringsArray, ...values: unknown[]) => unknown

/** The method as a tag, as JavaScript lets it be used. */
function tagOf(db: Connection, name: keyof Connection): Tag {
  const method: unknown = db[name]
  if (typeof method !== "function") throw new TypeError(`${String(name)} is no method`)
  return (...call) => Reflect.apply(method, db, call)
}

const templates: [string, (db: Connection) => unknown, string][] = [
  ["prepare", (db) => tagOf(db, "prepare")`select ${1}`, "prepare takes no template: write $1"],
  ["prepare without values", (db) => tagOf(db, "prepare")`select 1`, "prepare takes no template: write $1"],
  ["execute", (db) => tagOf(db, "execute")`select ${1}; select 2`, "execute takes no template: give it a text"],
  ["executeMany", (db) => tagOf(db, "executeMany")`select ${1}`, "executeMany takes no template: write $1"],
  ["copyIn", (db) => tagOf(db, "copyIn")`copy t from stdin`, "a COPY takes no template: give it a text"],
  ["copyOut", (db) => tagOf(db, "copyOut")`copy t to stdout`, "a COPY takes no template: give it a text"],
]

it.each(templates)("%s says that it takes no template", async (_name, call, message) => {
  await using db = await connect(sharedServer.url)
  const failure: unknown = await (async () => call(db))().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(errors.UsageError)
  expect(failure).toMatchObject({ message: expect.stringContaining(message), safeToRetry: true })
  expect(await db.value`select 1`).toBe(1)
})

it("a closed connection says that it is closed, whatever was open on it", async () => {
  const db = await connect(sharedServer.url)
  const tx = await db.begin()
  await tx.query`select 1`
  await db.close()
  for (const call of [
    () => db.query`select 1`,
    () => db.begin(),
    () => db.transaction(() => 1),
    () => db.pipeline(() => 1),
    () => db.copyIn("copy t from stdin"),
    () => tx.query`select 1`,
    () => tx.commit(),
  ]) {
    await expect(call()).rejects.toThrow(errors.ConnectionClosedError)
  }
})

it("a lost connection says that it is lost, whatever was open on it", async () => {
  await using other = await connect(sharedServer.url)
  const db = await connect(sharedServer.url)
  const tx = await db.begin()
  await other.query`select pg_terminate_backend(${await tx.value`select pg_backend_pid()`}, 10000)`
  await expect(tx.query`select 1`).rejects.toThrow(errors.ConnectionError)
  const failure: unknown = await db.query`select 1`.catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: "ConnectionError", transient: true, safeToRetry: true })
})
