/**
 * The commands of the model-based test: each does something to the real session, mostly without waiting for it, and the
 * same to the model.
 */

import fc from "fast-check"
import { expect } from "vitest"
import { errors, type Queryable, type Transaction } from "../../../src/index.ts"
import { failureOf, within } from "../../support/within.ts"
import {
  expectAftermath,
  expectCode,
  expectValue,
  type Outcome,
  type RealSession,
  type SessionModel,
} from "./session-model.ts"

type Command = fc.AsyncCommand<SessionModel, RealSession>

const ABORTED = new Error("aborted by the test")

/** Every command is one of these. */
abstract class Step implements Command {
  check(_model: Readonly<SessionModel>): boolean {
    return true
  }

  abstract run(model: SessionModel, real: RealSession): Promise<void>

  toString(): string {
    return `${this.constructor.name}(${Object.values(this).map(String).join(", ")})`
  }
}

/** The value a statement is to give, unless the transaction has failed before. */
function expectedOf(model: SessionModel, then: (outcome: Outcome) => void): (outcome: Outcome) => void {
  return model.hasFailed ? expectAftermath : then
}

/** What an insert does to the model, and what it is to answer. */
function insert(model: SessionModel, n: number): (outcome: Outcome) => void {
  const isThere = model.rows.has(n)
  const check = expectedOf(model, (outcome) => (isThere ? expectCode(outcome, "23505") : expectValue(outcome, n)))
  if (isThere) model.fail()
  else if (!model.hasFailed) model.rows.add(n)
  return check
}

const runInsert = (db: Queryable, table: string, n: number): Promise<unknown> =>
  db.value(`insert into ${table} values ($1) returning n`, [n])

class Insert extends Step {
  readonly n: number

  constructor(n: number) {
    super()
    this.n = n
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    real.begin(String(this), runInsert(real.scope, real.table, this.n), insert(model, this.n))
  }
}

class Select extends Step {
  async run(model: SessionModel, real: RealSession): Promise<void> {
    const rows = [...model.rows].sort((a, b) => a - b)
    const query = real.scope.rows(`select n from ${real.table} order by n`, [], { rows: "scalar" })
    real.begin(
      "select",
      query,
      expectedOf(model, (outcome) => expectValue(outcome, rows)),
    )
  }
}

class Fail extends Step {
  readonly statement: string
  readonly code: string

  constructor([statement, code]: readonly [string, string]) {
    super()
    this.statement = statement
    this.code = code
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const check = (outcome: Outcome): void => expectCode(outcome, this.code)
    // What cannot even be parsed is told so in a failed transaction as well.
    const told = this.code === "42601" ? check : expectedOf(model, check)
    real.begin(String(this), real.scope.query(this.statement), told)
    model.fail()
  }
}

/** A script is all or nothing. */
class Script extends Step {
  readonly a: number
  readonly b: number

  constructor([a, b]: readonly [number, number]) {
    super()
    this.a = a
    this.b = b
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const works = this.a !== this.b && !model.rows.has(this.a) && !model.rows.has(this.b)
    const check = expectedOf(model, (outcome) => {
      if (!works) expectCode(outcome, "23505")
      else if ("error" in outcome) throw outcome.error
    })
    const { table } = real
    const script = `insert into ${table} values (${this.a}); insert into ${table} values (${this.b})`
    real.begin(String(this), real.scope.execute(script), check)
    if (!works) model.fail()
    else if (!model.hasFailed) for (const n of [this.a, this.b]) model.rows.add(n)
  }
}

/**
 * Looks whether what was cancelled has failed the transaction. It has not when it was taken back before it was sent, or
 * when it was the BEGIN in front of it that was hit.
 */
async function probe(model: SessionModel, real: RealSession): Promise<void> {
  if (model.top === undefined) return
  const answer = await within(
    "probe",
    real.scope.query("select 1").catch((reason: unknown) => reason),
  )
  if (!(answer instanceof Error)) return
  expectAftermath({ error: answer })
  model.fail()
}

/** Stopped at some moment: before it is sent, while it runs, or by its own timeout. */
class Abort extends Step {
  readonly delayMs: number
  readonly how: "signal" | "timeout"

  constructor([delayMs, how]: readonly [number, "signal" | "timeout"]) {
    super()
    this.delayMs = delayMs
    this.how = how
  }

  override check(model: Readonly<SessionModel>): boolean {
    return !model.hasFailed
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const abort = new AbortController()
    const bounds = this.how === "signal" ? { signal: abort.signal } : { timeout: this.delayMs + 1 }
    const failed = failureOf(String(this), real.scope.query("select pg_sleep(60)", [], bounds))
    if (this.how === "signal") {
      if (this.delayMs === 0) abort.abort(ABORTED)
      else setTimeout(() => abort.abort(ABORTED), this.delayMs)
    }
    const error = await failed
    if (this.how === "signal") expect(error).toBe(ABORTED)
    else expect(error).toBeInstanceOf(errors.TimeoutError)
    if (model.top === undefined) return
    // It may have been taken back before it was sent, and then nothing has failed.
    const probe = await within(
      "probe",
      real.scope.query("select 1").catch((reason: unknown) => reason),
    )
    if (probe instanceof Error) {
      expectAftermath({ error: probe })
      model.fail()
    }
  }
}

/** Stopped while it may be done: whoever is told that it is done finds it, else either may be. */
class AbortInsert extends Step {
  readonly n: number
  readonly delayMs: number

  constructor([n, delayMs]: readonly [number, number]) {
    super()
    this.n = n
    this.delayMs = delayMs
  }

  override check(model: Readonly<SessionModel>): boolean {
    return model.stack.length === 0 && !model.committed.has(this.n)
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const abort = new AbortController()
    const { table } = real
    const query = real.db.value(`insert into ${table} values ($1) returning n`, [this.n], { signal: abort.signal })
    if (this.delayMs === 0) abort.abort(ABORTED)
    else setTimeout(() => abort.abort(ABORTED), this.delayMs)
    const outcome = await within("insert", query).catch((error: unknown) => error)
    if (outcome !== ABORTED) expect(outcome).toBe(this.n)
    const isThere = await within("probe", real.db.value(`select count(*)::int4 from ${table} where n = $1`, [this.n]))
    if (outcome !== ABORTED) expect(isThere).toBe(1)
    if (isThere === 1) model.committed.add(this.n)
  }
}

class CancelByHand extends Step {
  override check(model: Readonly<SessionModel>): boolean {
    return !model.hasFailed
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    await real.settle()
    const failed = failureOf("sleep", real.scope.query("select pg_sleep(60)"))
    await within("cancel", real.db.cancel())
    expectCode({ error: await failed }, "57014")
    await probe(model, real)
  }
}

class Begin extends Step {
  override check(model: Readonly<SessionModel>): boolean {
    return model.stack.length < 4 && !model.hasFailed
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const outer = real.open.at(-1)
    if (outer === undefined) {
      const tx = await real.db.begin()
      real.open.push({ tx, end: (how) => (how === "commit" ? tx.commit() : tx.rollback()) })
    } else {
      const rollback = new Error("rollback")
      let finish: (how: string) => void = () => {}
      const inner = await new Promise<{ tx: Transaction; end: Promise<unknown> }>((resolve) => {
        const end = outer.tx.transaction(async (tx) => {
          const how = await new Promise<string>((decide) => {
            finish = decide
            queueMicrotask(() => resolve({ tx, end }))
          })
          if (how === "rollback") throw rollback
        })
        end.catch(() => {})
      })
      real.open.push({
        tx: inner.tx,
        end: (how) => {
          finish(how)
          return inner.end.catch((error: unknown) => {
            if (error !== rollback) throw error
          })
        },
      })
    }
    model.push()
  }
}

class End extends Step {
  readonly how: "commit" | "rollback"

  constructor(how: "commit" | "rollback") {
    super()
    this.how = how
  }

  override check(model: Readonly<SessionModel>): boolean {
    return model.stack.length > 0
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const outcome = await within(
      String(this),
      (real.open.pop()?.end(this.how) ?? Promise.reject()).catch((e: unknown) => e),
    )
    if (this.how === "rollback") model.stack.pop()
    if (this.how === "rollback" || model.commit()) expect(outcome).toBeUndefined()
    else expect(outcome).toBeInstanceOf(errors.CommitFailedError)
  }
}

/** Inserts under one sync point, or two; duplicates fail the rest of their part. */
class PipelineOf extends Step {
  readonly parts: readonly (readonly number[])[]

  constructor(parts: readonly (readonly number[])[]) {
    super()
    this.parts = parts
  }

  override check(model: Readonly<SessionModel>): boolean {
    return !model.hasFailed && (model.stack.length === 0 || this.parts.length === 1)
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const { table } = real
    const checks: Promise<unknown>[] = []
    await within(
      String(this),
      real.scope.pipeline(async (p) => {
        for (const part of this.parts) {
          const before = new Set(model.rows)
          let hasFailed = false
          for (const n of part) {
            const [wasThere, isSkipped] = [model.rows.has(n), hasFailed]
            if (wasThere) hasFailed = true
            else if (!isSkipped) model.rows.add(n)
            real.begin(`pipelined ${n}`, runInsert(p, table, n), (outcome) => {
              if (isSkipped) expect("error" in outcome && outcome.error).toBeInstanceOf(errors.PipelineAbortedError)
              else if (wasThere) expectCode(outcome, "23505")
              else expectValue(outcome, n)
            })
          }
          if (hasFailed && model.top === undefined) model.committed = before
          else if (hasFailed) model.fail()
          checks.push(p.sync())
        }
        await Promise.all(checks)
      }),
    )
  }
}

class Listen extends Step {
  override check(model: Readonly<SessionModel>): boolean {
    return model.stack.length === 0 && !model.isListening
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const { heard } = real
    await within(
      "listen",
      real.db.listen(real.channel, ({ payload }) => heard.push(payload)),
    )
    model.isListening = true
  }
}

let payloads = 0

class Notify extends Step {
  readonly by: "session" | "other"

  constructor(by: "session" | "other") {
    super()
    this.by = by
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    const payload = `payload ${++payloads}`
    if (this.by === "session") {
      const check = expectedOf(model, (outcome) => expectValue(outcome, undefined))
      real.begin("notify", real.scope.notify(real.channel, payload), check)
      if (!model.hasFailed) model.notify(payload)
      return
    }
    await real.compare(model)
    await real.observer.notify(real.channel, payload)
    // A session that is in a transaction hears it afterwards, but before what it then notifies of itself.
    if (model.isListening) model.heard.push(payload)
    if (model.stack.length === 0) await real.compare(model)
  }
}

class Prepared extends Step {
  readonly n: number

  constructor(n: number) {
    super()
    this.n = n
  }

  override check(model: Readonly<SessionModel>): boolean {
    return model.isPrepared || model.stack.length === 0
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    real.statement ??= await within("prepare", real.db.prepare("select $1::int4 + 1"))
    model.isPrepared = true
    const tx = real.open.at(-1)?.tx
    const statement = tx === undefined ? real.statement : real.statement.in(tx)
    const check = expectedOf(model, (outcome) => expectValue(outcome, this.n + 1))
    real.begin("prepared", statement.value([this.n]), check)
  }
}

class Deallocate extends Step {
  override check(model: Readonly<SessionModel>): boolean {
    return model.stack.length === 0
  }

  async run(_model: SessionModel, real: RealSession): Promise<void> {
    await within("deallocate", real.db.execute("deallocate all"))
  }
}

class Misuse extends Step {
  override check(model: Readonly<SessionModel>): boolean {
    return model.stack.length > 0
  }

  async run(_model: SessionModel, real: RealSession): Promise<void> {
    expect(await failureOf("misuse", real.db.query("select 1"))).toBeInstanceOf(errors.UsageError)
  }
}

/** The connection is lost, from here or from there, with something under way. */
class Disconnect extends Step {
  readonly how: "destroy" | "terminate"

  constructor(how: "destroy" | "terminate") {
    super()
    this.how = how
  }

  async run(model: SessionModel, real: RealSession): Promise<void> {
    await real.compare(model)
    // What is being cancelled would be left running by a connection that is gone.
    await real.scope.query("select 1").catch(() => {})
    const pending = model.hasFailed ? undefined : failureOf("sleep", real.scope.query("select pg_sleep(0.3)"))
    if (this.how === "destroy") real.db.destroy()
    else await real.observer.query("select pg_terminate_backend($1)", [real.db.info.backendPid])
    if (pending !== undefined) expect(await pending).toBeInstanceOf(errors.ConnectionError)
    for (const { tx, end } of [...real.open].reverse()) {
      if (tx.isOpen) await within("rollback", end("rollback"))
    }
    await real.reconnect()
    model.reset()
  }
}

class Compare extends Step {
  async run(model: SessionModel, real: RealSession): Promise<void> {
    await real.compare(model)
  }
}

const number = fc.integer({ min: 0, max: 12 })
const delay = fc.integer({ min: 0, max: 4 })
const failures = fc.constantFrom<readonly [string, string]>(
  ["select 1/0", "22012"],
  ["select nonsense", "42703"],
  ["selec", "42601"],
  ["select * from nowhere", "42P01"],
)

/** All there are; the first ones come more often. */
export const sessionCommands: fc.Arbitrary<Command>[] = [
  number.map((n) => new Insert(n)),
  number.map((n) => new Insert(n)),
  fc.constant(new Select()),
  fc.constant(new Begin()),
  fc.constantFrom<"commit" | "rollback">("commit", "commit", "rollback").map((how) => new End(how)),
  failures.map((failure) => new Fail(failure)),
  fc.tuple(number, number).map((pair) => new Script(pair)),
  fc.tuple(delay, fc.constantFrom<"signal" | "timeout">("signal", "timeout")).map((abort) => new Abort(abort)),
  fc.tuple(number, delay).map((abort) => new AbortInsert(abort)),
  fc.constant(new CancelByHand()),
  fc.array(fc.array(number, { maxLength: 4 }), { minLength: 1, maxLength: 3 }).map((parts) => new PipelineOf(parts)),
  fc.constant(new Listen()),
  fc.constantFrom<"session" | "other">("session", "other").map((by) => new Notify(by)),
  number.map((n) => new Prepared(n)),
  fc.constant(new Deallocate()),
  fc.constant(new Misuse()),
  fc.constantFrom<"destroy" | "terminate">("destroy", "terminate").map((how) => new Disconnect(how)),
  fc.constant(new Compare()),
]
