import type { MaybePromise } from '@bearward/core'
import type { KeyStore, ListQuery } from '@bearward/keyring'
import { createdAt, digestOf, hintOf, idOf, NOW } from './rows.ts'

/** Something to ask a store with `count` keys in it, for the n-th time. */
export interface Question {
  readonly name: string
  /** Makes ready what is not to be measured. */
  prepare(count: number, turn: number): (store: KeyStore) => MaybePromise<unknown>
}

/** A number below `count` that looks random and is the same in each run. */
function pick(count: number, turn: number): number {
  return (turn * 7919 + 13) % count
}

export const LOOKUP: Question = {
  name: 'findByDigest()',
  prepare(count, turn) {
    const digests = [digestOf(pick(count, turn))]
    return (store) => store.findByDigest(digests, { fresh: true })
  },
}

const LIMIT = 51

function list(name: string, select: (count: number, turn: number) => Partial<ListQuery>): Question {
  return {
    name,
    prepare(count, turn) {
      const query = { now: NOW, limit: LIMIT, ...select(count, turn) }
      return (store) => store.list(query)
    },
  }
}

/** The place after a share of all keys. */
function after(count: number, share: number): Partial<ListQuery> {
  const number = Math.floor(count * (1 - share))
  return { after: { createdAt: createdAt(number, count), id: idOf(number) } }
}

export const LISTS: readonly Question[] = [
  list('list(), first page', () => ({})),
  list('list(), middle page', (count) => after(count, 0.5)),
  list('list(), last page', (count) => after(count, 0.9999)),
  list('list({ owner })', (count, turn) => ({ owner: `acct_${Math.floor(pick(count, turn) / 100)}` })),
  list("list({ owner, state: 'active' })", (count, turn) => ({
    owner: `acct_${Math.floor(pick(count, turn) / 100)}`,
    state: 'active',
  })),
  list("list({ environment: 'test' })", () => ({ environment: 'test' })),
  list("list({ environment: 'test', state: 'revoked' })", () => ({ environment: 'test', state: 'revoked' })),
  list("list({ state: 'active' })", () => ({ state: 'active' })),
  list("list({ state: 'active' }), middle page", (count) => ({ state: 'active', ...after(count, 0.5) })),
  list("list({ state: 'revoked' }), middle page", (count) => ({ state: 'revoked', ...after(count, 0.5) })),
  list("list({ state: 'disabled' })", () => ({ state: 'disabled' })),
  list("list({ state: 'scheduled' })", () => ({ state: 'scheduled' })),
  list("list({ state: 'expired' })", () => ({ state: 'expired' })),
  list('list({ hint }), a whole one', (count, turn) => ({ hint: hintOf(pick(count, turn)).slice(0, -1) })),
  list('list({ hint }), one that all have', () => ({ hint: 'acme_live_' })),
  {
    name: 'listEnding(), a hundred days ahead',
    prepare: () => (store) => store.listEnding({ until: NOW + 8_640_000_000, limit: LIMIT }),
  },
]
