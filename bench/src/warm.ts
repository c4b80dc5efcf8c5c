import { createVerifier, DAY, type TokenFormat, type Verifier } from '@bearward/core'
import type { Keys, Row } from './keys.ts'

/** A verifier that has seen every key once, so that each request from now on is a cache hit. */
export function warmVerifier(keys: Keys, format?: TokenFormat): Verifier<Row> {
  const verifier = createVerifier({
    resolve: (digest) => keys.rows.get(digest),
    format,
    cache: { max: keys.headers.length, maxStalenessMs: DAY },
  })
  for (const header of keys.headers) {
    if (verifier.verify(header) instanceof Promise) throw new Error('a resolver that answers at once made a promise')
  }
  return verifier
}
