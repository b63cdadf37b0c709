/**
 * What a session does about types besides running queries: reads one from the catalogs on demand, and makes the
 * registries of queries that have type options of their own.
 *
 * Types are looked up by themselves when they are first met (`exchange/type-lookup.ts`).
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import type { Executor } from "../exchange/exchange.ts"
import { LoadTypes } from "../exchange/load-types.ts"
import { withTypeOptions } from "../types/defaults.ts"
import type { TypeOptions, TypeRegistry } from "../types/registry.ts"

/** The registries of one session. */
export class TypeCatalog {
  readonly #types: TypeRegistry
  /** By the caller's very object: options that are made anew for each query are a registry each time. */
  readonly #variants: WeakMap<TypeOptions, { readonly variant: number; readonly types: TypeRegistry }> = new WeakMap()

  /**
   * @param executor carries the requests that ask the catalogs
   * @param settings what the server reports of the session, kept up to date
   */
  constructor(types: TypeRegistry, executor: Executor, settings: ReadonlyMap<string, string>) {
    this.#types = types
    types.usePrinted(settings)
    types.useLoader((name) => this.#load(executor, name))
  }

  /** The session's types, changed as a query's options say. @throws ConfigError for an option that has no such choice */
  typesFor(options: TypeOptions | undefined): TypeRegistry {
    const types = this.#types
    if (options === undefined) return types
    const made = this.#variants.get(options)
    if (made !== undefined && made.variant === types.variant) return made.types
    const registry = withTypeOptions(types, options)
    this.#variants.set(options, { variant: types.variant, types: registry })
    return registry
  }

  async #load(executor: Executor, name: string): Promise<void> {
    if (typeof name !== "string") throw new UsageError(`a type's name must be a string, got ${describeValue(name)}`)
    const { known } = this.#types
    const exchange = new LoadTypes(known, [name])
    executor.run(exchange)
    await exchange.promise
    if (known.oidOf(name) === undefined) throw new UsageError(`there is no type ${JSON.stringify(name)}`)
  }
}
