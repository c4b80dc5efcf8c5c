import type { TokenFormat } from '@bearward/core'
import { LRUCache } from 'lru-cache'
import { format, makeKeys, ORDER_MASK, type Row } from './keys.ts'
import { byHand, byHandWithGrammar } from './minimum.ts'
import type { Run, Suite } from './suite.ts'
import { warmVerifier } from './warm.ts'

/** A request whose key is remembered, for `size` keys in use. */
export const hit = {
  'minimum by hand': (size) => {
    const keys = makeKeys(size)
    return each(keys, byHandWithGrammar(keys.rows))
  },
  'by hand, grammar unread': (size) => {
    const keys = makeKeys(size)
    return each(keys, byHand(keys.rows))
  },
  'by hand with lru-cache': (size) => {
    const keys = makeKeys(size)
    const cache = new LRUCache<string, Row>({ max: size })
    for (const [digest, row] of keys.rows) cache.set(digest, row)
    return each(keys, byHandWithGrammar(cache))
  },
  'verify()': (size) => verifier(size, undefined),
  'verify() with keyFormat': (size) => verifier(size, format),
} as const satisfies Suite

function verifier(size: number, format: TokenFormat | undefined): Run {
  const keys = makeKeys(size)
  const verifier = warmVerifier(keys, format)
  return each(keys, (header) => {
    const verdict = verifier.verify(header)
    return !(verdict instanceof Promise) && verdict.ok ? verdict.principal : undefined
  })
}

function each({ headers, order }: ReturnType<typeof makeKeys>, accept: (header: string) => object | undefined): Run {
  let next = 0
  return (iterations) => {
    let accepted = 0
    for (let index = 0; index < iterations; index++) {
      if (accept(headers[order[next++ & ORDER_MASK] as number] as string) !== undefined) accepted++
    }
    return accepted
  }
}
