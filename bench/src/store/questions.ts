import type { KeyStore, ListQuery } from '@bearward/keyring'
import { createdAt, digestOf, hintOf, idOf, NOW } from './rows.ts'

/** Something to ask a store with `count` keys in it, for the n-th time. */
export interface Question {
  readonly name: string
  /** @returns how many rows came back */
  ask(store: KeyStore, count: number, turn: number): Promise<number> | number
}

/** A number below `count` that looks random and is the same in each run. */
function pick(count: number, turn: number): number {
  return (turn * 7919 + 13) % count
}

export const LOOKUP: Question = {
  name: 'findByDigest()',
  async ask(store, count, turn) {
    return (await store.findByDigest([digestOf(pick(count, turn))], { fresh: true })) === null ? 0 : 1
  },
}

const LIMIT = 51

function list(name: string, select: (count: number, turn: number) => Partial<ListQuery>): Question {
  return {
    name,
    ask: async (store, count, turn) => (await store.list({ now: NOW, limit: LIMIT, ...select(count, turn) })).length,
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
  list("list({ environment: 'test' })", () => ({ environment: 'test' })),
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
    ask: async (store) => (await store.listEnding({ until: NOW + 8_640_000_000, limit: LIMIT })).length,
  },
]
