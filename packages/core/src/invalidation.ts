/** Which keys changed: one by its id or digest, all of an owner, or all there are. */
export type Invalidation = { readonly id: string } | { readonly digest: string } | { readonly owner: string } | 'all'

/** An invalidation whose kind need not be asked for again. */
export interface Target {
  readonly all: boolean
  readonly id: string | undefined
  readonly digest: string | undefined
  readonly owner: string | undefined
}

/** Speaks of every key. */
export const ALL: Target = Object.freeze({ all: true, id: undefined, digest: undefined, owner: undefined })

/** @throws {TypeError} when it names no key, or more than one way to find it */
export function targetOf(invalidation: Invalidation): Target {
  if (invalidation === 'all') return ALL
  const given = Object.entries(invalidation ?? {}).filter(([, value]) => value !== undefined)
  const [name, value] = given[0] ?? []
  const isName = name === 'id' || name === 'digest' || name === 'owner'
  if (given.length !== 1 || !isName || typeof value !== 'string' || value === '') {
    throw new TypeError("invalidate: give { id }, { digest } or { owner } as a string, or 'all'")
  }
  // It would match nothing, and the key would live on.
  if (name === 'digest' && value !== value.toLowerCase()) {
    throw new TypeError('invalidate: `digest` must be lower-case hex, as it was given to the resolver')
  }
  return { all: false, id: undefined, digest: undefined, owner: undefined, [name]: value }
}

/** Most invalidations that are looked at one by one; a longer list counts as `'all'`. */
export const MAX_INVALIDATIONS = 1000

/** Never throws: what cannot be read, as a whole or in part, may name any key. */
export function targetsOf(invalidations: unknown): readonly Target[] {
  try {
    const isShort = Array.isArray(invalidations) && invalidations.length <= MAX_INVALIDATIONS
    return isShort ? Array.from(invalidations, targetOf) : [ALL]
  } catch {
    return [ALL]
  }
}

/** What an invalidation is held against. */
export interface Subject {
  /** The digest that names the cache entry. */
  readonly digest: string
  /** The digest that the record was found under: another one while a pepper is being replaced. */
  readonly foundBy: string
  readonly id: string
  readonly owner: string | undefined
}

/** Whether the invalidation speaks of this record. */
export function concerns(target: Target, subject: Subject): boolean {
  return (
    target.all ||
    target.id === subject.id ||
    (target.digest !== undefined && (target.digest === subject.digest || target.digest === subject.foundBy)) ||
    (target.owner !== undefined && target.owner === subject.owner)
  )
}
