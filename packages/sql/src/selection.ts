import { foldCase, type KeyState, type ListPosition, type ListQuery } from '@bearward/keyring'
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { Engine } from './engine.ts'
import type { Schema, Standing } from './schema.ts'

export type Builder = ExpressionBuilder<Schema, 'bearward_keys'>
type Condition = ExpressionWrapper<Schema, 'bearward_keys', SqlBool>
/** A condition on keys, in Kysely's words. */
export type Where = (eb: Builder) => Condition

/** Keys that are looked for together. */
export interface Part {
  /** What they must meet, for who walks all keys in their order: only what keeps that order may be looked up by an index. */
  readonly where: Where
  /** A condition that they all meet, that few keys may meet, and that has an index of its own. */
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
      return [{ where: stands('expired') }, { where: walked(isDue, hasExpired), rare: isDue }]
    case 'retired':
      return [{ where: stands('retired') }, { where: walked(isDue, not(hasExpired)), rare: isDue }]
    case 'disabled':
      return [{ where: all(stands('disabled'), not(isDue)) }]
    case 'scheduled':
      return [{ where: walked(isLive, isToBegin, not(isDue)), rare: isToBegin }]
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
  function isLive(eb: Builder): Condition {
    return eb('standing', 'in', ['open', 'retiring'])
  }
  function isToBegin(eb: Builder): Condition {
    return eb('not_before', '>', now)
  }
}

/** What `list()` selects beside the state and the search. */
export function chosen(query: ListQuery, { comparesPairs }: Engine): Where {
  const { owner, environment, hint, after } = query
  return (eb) => {
    const conditions: Condition[] = []
    if (owner !== undefined) conditions.push(eb('owner', '=', owner))
    if (environment !== undefined) {
      const isThere: Where = (each) => each('environment', '=', environment)
      // An owner has few keys, and an environment most of them.
      conditions.push(owner === undefined ? isThere(eb) : walked(isThere)(eb))
    }
    if (hint !== undefined && hint !== '') conditions.push(walked(beginsWith(hint))(eb))
    if (after !== undefined) conditions.push(placed('<', after, comparesPairs)(eb))
    return eb.and(conditions)
  }
}

/** What comes before (`>=`) or after (`<`) a place in the order, which is descending. */
export function placed(side: '<' | '>=', { createdAt, id }: ListPosition, comparesPairs: boolean): Where {
  return (eb) => {
    if (comparesPairs) return eb(eb.refTuple('created_at', 'id'), side, eb.tuple(createdAt, id))
    const isInMoment = eb.and([eb('created_at', '=', createdAt), eb('id', side, id)])
    return eb.or([eb('created_at', side === '<' ? '<' : '>', createdAt), isInMoment])
  }
}

/** Keys that hold a text, which no index can find. */
export function holding(search: string, engine: Engine): Where {
  const folded = foldCase(search)
  return (eb) => eb.or(SEARCHED.map((column) => engine.holds(column, folded)))
}

const SEARCHED = ['name', 'id', 'owner', 'hint'] as const

/** All that sorts between the text and the same text with a last character that no text has. */
export function beginsWith(beginning: string): Where {
  return (eb) => eb.and([eb('hint', '>=', beginning), eb('hint', '<', `${beginning}\u{10ffff}`)])
}

export function all(...conditions: readonly Where[]): Where {
  return (eb) => eb.and(conditions.map((condition) => condition(eb)))
}

function stands(standing: Standing): Where {
  return (eb) => eb('standing', '=', standing)
}

/** No planner looks into `coalesce()`: keys are asked one after the other, and not looked up and sorted. */
function walked(...conditions: readonly Where[]): Where {
  return all(
    ...conditions.map(
      (condition): Where =>
        (eb) =>
          known(eb, condition) as Condition,
    ),
  )
}

function not(condition: Where): Where {
  return (eb) => eb.not(known(eb, condition)) as Condition
}

/** A date that is not there has not come, and does not hold back. */
function known(eb: Builder, condition: Where) {
  return eb.fn.coalesce(condition(eb), eb.lit(false)) as unknown as Condition
}
