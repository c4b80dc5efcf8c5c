import { hash } from 'node:crypto'
import { type KeyFormat, keyFormat } from '@bearward/core'

/** The format of every key here: tokens of 59 characters, `acme_live_` and 49 more. */
export const format: KeyFormat = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

/** What a lookup finds. */
export interface Row {
  readonly id: string
  readonly owner: string
  readonly environment: string
  readonly scopes: readonly string[]
}

/** Keys as a server knows them, and the `Authorization` values of its clients. */
export interface Keys {
  readonly tokens: readonly string[]
  readonly headers: readonly string[]
  readonly rows: ReadonlyMap<string, Row>
  /** Which key comes next: uniform, the same in every process. Read with `& ORDER_MASK`. */
  readonly order: Uint32Array
}

export const ORDER_MASK = 0xffff

/** Makes `count` keys and the order in which requests use them. */
export function makeKeys(count: number): Keys {
  const tokens: string[] = []
  const rows = new Map<string, Row>()
  for (let index = 0; index < count; index++) {
    const token = flat(format.generate('live'))
    tokens.push(token)
    const row = { id: `key_${index}`, owner: `acct_${index}`, environment: 'live', scopes: ['posts:read'] }
    rows.set(hash('sha256', token, 'hex'), row)
  }
  const headers = tokens.map((token) => flat(`Bearer ${token}`))
  return { tokens, headers, rows, order: uniformOrder(count) }
}

/** A string in one piece, as the HTTP parser makes them; V8 keeps concatenated ones as trees until they are read. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** Marsaglia's xorshift32: even, repeatable, and no cost while measuring. */
function uniformOrder(count: number): Uint32Array {
  const order = new Uint32Array(ORDER_MASK + 1)
  let state = 0x9e3779b9
  for (let index = 0; index < order.length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    order[index] = (state >>> 0) % count
  }
  return order
}
