import { showAsJson } from './inspect.ts'

/** RFC 6750 §3 `scope-token`: what can stand in a challenge without being escaped. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * The scopes that a key grants. Iterable; exact match, unless the verifier was made with `scopePatterns: true`: then
 * `posts:*` grants `posts:read` and `posts:comments:write`, and `*` grants all.
 *
 * @example
 * ```ts
 * import { ScopeSet } from '@bearward/core'
 *
 * const scopes = new ScopeSet(['posts:read'])
 * scopes.has('posts:read') // true
 * scopes.hasAll(['posts:read', 'posts:write']) // false
 * scopes.hasAny('posts:read', 'posts:write') // true: each as its own argument, or in a list
 * console.log([...scopes]) // ['posts:read']
 * ```
 */
export class ScopeSet<S extends string = string> implements Iterable<S> {
  readonly #granted: ReadonlySet<string>
  readonly #patterns: boolean

  /**
   * @param granted the scopes of the key; copied
   * @param options `patterns`: whether a granted `*` at the end is a wildcard. Default `false`
   */
  constructor(granted: Iterable<string>, options: { readonly patterns?: boolean } = {}) {
    this.#granted = new Set(granted)
    this.#patterns = options.patterns ?? false
    Object.freeze(this)
  }

  /** How many scopes were granted, a pattern counting as one. */
  get size(): number {
    return this.#granted.size
  }

  /** Whether `scope` is granted. */
  has(scope: S): boolean {
    return this.#granted.has(scope) || (this.#patterns && this.#coveredByPattern(scope))
  }

  /** Whether all of `scopes` are granted, given each as its own argument or in lists; true for none. */
  hasAll(...scopes: readonly (S | Iterable<S>)[]): boolean {
    for (const each of scopes) for (const scope of listOf(each)) if (!this.has(scope)) return false
    return true
  }

  /** Whether at least one of `scopes` is granted, given each as its own argument or in lists; false for none. */
  hasAny(...scopes: readonly (S | Iterable<S>)[]): boolean {
    for (const each of scopes) for (const scope of listOf(each)) if (this.has(scope)) return true
    return false
  }

  [Symbol.iterator](): IterableIterator<S> {
    return (this.#granted as ReadonlySet<S>).values()
  }

  toJSON(): S[] {
    return [...this]
  }

  static {
    showAsJson(ScopeSet.prototype)
  }

  #coveredByPattern(scope: string): boolean {
    if (this.#granted.has('*')) return true
    for (let colon = scope.indexOf(':'); colon !== -1; colon = scope.indexOf(':', colon + 1)) {
      const isLast = colon === scope.length - 1
      if (!isLast && this.#granted.has(`${scope.slice(0, colon)}:*`)) return true
    }
    return false
  }
}

/** A string is a list of its characters too, and is not meant as one. */
function listOf<S extends string>(each: S | Iterable<S>): Iterable<S> {
  return typeof each === 'string' ? [each] : each
}

/** What a route needs: all or any of some scopes. Made once per route by `scopeRequirement()`. */
export interface ScopeRequirement<S extends string = string> {
  readonly mode: 'all' | 'any'
  readonly scopes: readonly S[]
}

/**
 * Checks and freezes what a route needs, when the route is made.
 *
 * @param mode `'all'`: each of the scopes; `'any'`: at least one
 * @param scopes at least one, each writable in a challenge (RFC 6750 §3: visible ASCII without `"` and `\`)
 * @throws {TypeError} when there is none, or one cannot be written
 * @example
 * ```ts
 * import { createVerifier, scopeRequirement } from '@bearward/core'
 *
 * const verifier = createVerifier({ resolve: () => null })
 * const mayRead = scopeRequirement('all', ['posts:read'])
 * const verdict = await verifier.verify('Bearer …')
 * if (verdict.ok) verifier.authorize(verdict.principal, mayRead) // undefined, or the denial to send
 * ```
 */
export function scopeRequirement<S extends string>(mode: 'all' | 'any', scopes: readonly S[]): ScopeRequirement<S> {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new TypeError('requireScopes: name at least one scope, each as its own argument')
  }
  for (const scope of scopes) checkScopeName('requireScopes', scope)
  return Object.freeze({ mode, scopes: Object.freeze([...new Set(scopes)]) })
}

/** Refuses a scope that could not be named in a challenge. */
export function checkScopeName(place: string, scope: unknown): void {
  if (typeof scope !== 'string' || !SCOPE.test(scope)) {
    throw new TypeError(`${place}: a scope must be a string of visible ASCII without spaces, " and \\`)
  }
}
