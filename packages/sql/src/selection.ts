import type { KeyState, ListQuery } from '@bearward/keyring'
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { Schema, Standing } from './schema.ts'

export type Builder = ExpressionBuilder<Schema, 'bearward_keys'>
type Condition = ExpressionWrapper<Schema, 'bearward_keys', SqlBool>
/** A condition on keys, in Kysely's words. */
export type Where = (eb: Builder) => Condition

/** Keys that are looked for together, in the order of creation. */
export interface Part {
  readonly where: Where
  /**
   * A condition implied by `where` that has an index of its own and that few keys may meet: then it is quicker to get
   * these than to walk all keys in their order.
   */
  readonly rare?: Where
}

/** The keys in a state, as parts without a key in common. */
export function partsOf(state: KeyState | undefined, now: number): readonly Part[] {
  switch (state) {
    case undefined:
      return [{ where: (eb) => eb.and([]) }]
    case 'revoked':
      return [{ where: stands('revoked') }]
    case 'expired':
      return [{ where: stands('expired') }, { where: all(isDue, hasExpired), rare: isDue }]
    case 'retired':
      return [{ where: stands('retired') }, { where: all(isDue, not(hasExpired)), rare: isDue }]
    case 'disabled':
      return [{ where: all(stands('disabled'), not(isDue)) }]
    case 'scheduled':
      return [{ where: all(stands('open', 'retiring'), not(isDue), isToBegin), rare: isToBegin }]
    case 'active':
      return [{ where: all(stands('open'), not(isDue), not(isToBegin)) }]
    case 'retiring':
      return [{ where: all(stands('retiring'), not(isDue), not(isToBegin)) }]
  }

  /** The end of the key has come, and is not final yet: `ends_at` is null once it is. */
  function isDue(eb: Builder): Condition {
    return eb('ends_at', '<=', now)
  }
  function hasExpired(eb: Builder): Condition {
    return eb('expires_at', '<=', now)
  }
  function isToBegin(eb: Builder): Condition {
    return eb('not_before', '>', now)
  }
}

/** What `list()` selects beside the state. */
export function chosen(query: ListQuery, comparesPairs: boolean): Where {
  const { owner, environment, hint, after } = query
  return (eb) => {
    const conditions: Condition[] = []
    if (owner !== undefined) conditions.push(eb('owner', '=', owner))
    if (environment !== undefined) conditions.push(eb('environment', '=', environment))
    if (hint !== undefined && hint !== '') conditions.push(beginsWith(hint)(eb))
    if (after !== undefined) {
      const { createdAt, id } = after
      const isEarlier = eb('created_at', '<', createdAt)
      const isLaterInMoment = eb.and([eb('created_at', '=', createdAt), eb('id', '<', id)])
      if (comparesPairs) conditions.push(eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(createdAt, id)))
      else conditions.push(eb.or([isEarlier, isLaterInMoment]))
    }
    return eb.and(conditions)
  }
}

/** All that sorts between the text and the same text with a last character that no text has. */
export function beginsWith(beginning: string): Where {
  return (eb) => eb.and([eb('hint', '>=', beginning), eb('hint', '<', `${beginning}\u{10ffff}`)])
}

function all(...conditions: readonly Where[]): Where {
  return (eb) => eb.and(conditions.map((condition) => condition(eb)))
}

function stands(...standings: readonly [Standing, ...Standing[]]): Where {
  const [only, ...others] = standings
  return (eb) => (others.length === 0 ? eb('standing', '=', only) : eb('standing', 'in', standings))
}

/** A date that is not there has not come, and does not hold back. */
function not(condition: Where): Where {
  return (eb) => eb.not(eb.fn.coalesce(condition(eb), eb.lit(false))) as unknown as Condition
}
