import type { EndingQuery, KeyState, ListQuery } from '@bearward/keyring'
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { Schema } from './schema.ts'

type Builder = ExpressionBuilder<Schema, 'bearward_keys'>
type Condition = ExpressionWrapper<Schema, 'bearward_keys', SqlBool>

/** What `list()` selects, as one condition. */
export function listed(eb: Builder, { owner, environment, state, hint, after, now }: ListQuery): Condition {
  const conditions: Condition[] = []
  if (owner !== undefined) conditions.push(eb('owner', '=', owner))
  if (environment !== undefined) conditions.push(eb('environment', '=', environment))
  if (hint !== undefined && hint !== '') conditions.push(beginsWith(eb, hint))
  if (state !== undefined) conditions.push(inState(eb, state, now))
  if (after !== undefined) {
    const { createdAt, id } = after
    // The first condition bounds the index; the second says where in the last moment to go on.
    conditions.push(eb('created_at', '<=', createdAt))
    conditions.push(eb.or([eb('created_at', '<', createdAt), eb('id', '<', id)]))
  }
  return eb.and(conditions)
}

/** What `listEnding()` selects. */
export function ending(eb: Builder, { until, unannounced = false }: EndingQuery): Condition {
  const conditions = [eb('standing', 'in', ['open', 'disabled']), eb('ends_at', '<=', until)]
  if (unannounced) conditions.push(eb('announced_at', 'is', null))
  return eb.and(conditions)
}

/** All that sorts between the text and the same text with a last character that no text has. */
function beginsWith(eb: Builder, beginning: string): Condition {
  return eb.and([eb('hint', '>=', beginning), eb('hint', '<', `${beginning}\u{10ffff}`)])
}

/** `stateOf()` in the words of a database. */
function inState(eb: Builder, state: KeyState, now: number): Condition {
  const isDue = (column: 'expires_at' | 'grace_ends_at' | 'ends_at'): Condition => eb(column, '<=', now)
  const isNotDue = (column: 'expires_at' | 'ends_at'): Condition =>
    eb.or([eb(column, 'is', null), eb(column, '>', now)])
  const undecided = eb('standing', 'in', ['open', 'disabled'])
  const isBegun = eb.or([eb('not_before', 'is', null), eb('not_before', '<=', now)])
  const mayAct = eb.and([eb('standing', '=', 'open'), isNotDue('ends_at')])
  switch (state) {
    case 'revoked':
      return eb('standing', '=', 'revoked')
    case 'expired':
      return eb.or([
        eb.and([eb('standing', '=', 'ended'), eb('rotated_to', 'is', null)]),
        eb.and([undecided, isDue('expires_at')]),
      ])
    case 'retired':
      return eb.or([
        eb.and([eb('standing', '=', 'ended'), eb('rotated_to', 'is not', null)]),
        eb.and([undecided, isDue('grace_ends_at'), isNotDue('expires_at')]),
      ])
    case 'disabled':
      return eb.and([eb('standing', '=', 'disabled'), isNotDue('ends_at')])
    case 'scheduled':
      return eb.and([mayAct, eb('not_before', '>', now)])
    case 'active':
      return eb.and([mayAct, isBegun, eb('rotated_to', 'is', null)])
    case 'retiring':
      return eb.and([mayAct, isBegun, eb('rotated_to', 'is not', null)])
  }
}
