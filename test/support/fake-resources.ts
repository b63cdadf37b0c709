/**
 * Resources that do nothing but count, for the pool's tests: whatever the pool asks of them stays open until the test
 * answers it.
 */

import type { ResourceKind } from "../../src/pool/resource-kind.ts"

/** Something asked for that the test has not answered yet. */
export interface Question<T> {
  readonly resource: FakeResource | undefined
  resolve(value: T): void
  reject(error: unknown): void
}

/** One resource. */
export class FakeResource {
  readonly id: number
  isAlive = true
  /** Whether it must be reset, with an answer to be awaited, when it comes back. */
  needsReset = false
  onLost: () => void = () => {}
  /** Why it is not alive. */
  loss: Error | undefined
  /** How often it was checked. */
  checks = 0

  constructor(id: number) {
    this.id = id
  }
}

/** A kind of resource that does what the test says. */
export class FakeResources implements ResourceKind<FakeResource> {
  readonly openings: Question<FakeResource>[] = []
  readonly checks: Question<void>[] = []
  readonly resets: Question<void>[] = []
  readonly closings: Question<void>[] = []
  /** Resources that exist: being opened, open, or closed but not gone. */
  count = 0
  /** Called before one more is opened. */
  onOpening: () => void = () => {}
  /** After how long idle one must be checked. */
  checkAfterMs: number = Number.POSITIVE_INFINITY
  #nextId = 1

  open(signal: AbortSignal): Promise<FakeResource> {
    this.onOpening()
    this.count++
    return this.#ask(this.openings, undefined, (question) => {
      signal.addEventListener("abort", () => {
        if (!this.openings.includes(question)) return
        this.openings.splice(this.openings.indexOf(question), 1)
        this.count--
        question.reject(signal.reason)
      })
    })
  }

  close(resource: FakeResource): Promise<void> {
    resource.isAlive = false
    return this.#ask(this.closings, resource)
  }

  watch(resource: FakeResource, onLost: () => void): void {
    resource.onLost = onLost
  }

  isAlive(resource: FakeResource): boolean {
    return resource.isAlive
  }

  lossOf(resource: FakeResource): unknown {
    return resource.loss
  }

  mustCheck(_resource: FakeResource, idleMs: number): boolean {
    return idleMs >= this.checkAfterMs
  }

  check(resource: FakeResource): Promise<void> {
    resource.checks++
    return this.#ask(this.checks, resource)
  }

  reset(resource: FakeResource): Promise<void> | undefined {
    return resource.needsReset ? this.#ask(this.resets, resource) : undefined
  }

  isPermanent(error: unknown): boolean {
    return error instanceof Error && error.message === "permanent"
  }

  // The test's answers: to the question with this index, counted around.

  opens(index = 0): FakeResource | undefined {
    const resource = new FakeResource(this.#nextId)
    const question = take(this.openings, index)
    if (question === undefined) return undefined
    this.#nextId++
    question.resolve(resource)
    return resource
  }

  failsToOpen(error: unknown, index = 0): void {
    const question = take(this.openings, index)
    if (question === undefined) return
    this.count--
    question.reject(error)
  }

  closed(index = 0): void {
    const question = take(this.closings, index)
    if (question === undefined) return
    this.count--
    question.resolve()
  }

  checked(error?: Error, index = 0): void {
    answer(take(this.checks, index), error)
  }

  wasReset(error?: Error, index = 0): void {
    answer(take(this.resets, index), error)
  }

  lose(resource: FakeResource, loss: Error = new Error("lost")): void {
    resource.isAlive = false
    resource.loss = loss
    resource.onLost()
  }

  #ask<T>(
    questions: Question<T>[],
    resource: FakeResource | undefined,
    prepare?: (question: Question<T>) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const question: Question<T> = { resource, resolve, reject }
      questions.push(question)
      prepare?.(question)
    })
  }
}

function take<T>(questions: Question<T>[], index: number): Question<T> | undefined {
  return questions.splice(index % (questions.length || 1), 1)[0]
}

function answer(question: Question<void> | undefined, error: Error | undefined): void {
  if (error === undefined) question?.resolve()
  else question?.reject(error)
}
