import { createVerifier, DAY } from '@bearward/core'
import { flat, format } from './keys.ts'
import { byHand } from './minimum.ts'
import type { Run, Suite } from './suite.ts'

const good = format.generate('live')
const badChecksum = good.slice(0, -1) + (good.endsWith('0') ? '1' : '0')

/** Requests that are refused without asking the resolver; the last one because the answer is remembered. */
export const refusals = {
  'minimum by hand, unknown key': () => {
    const find = byHand(new Map())
    const header = flat(`Bearer ${good}`)
    return count(() => find(header) === undefined)
  },
  missing: () => refused(undefined, 'missing'),
  'another scheme': () => refused('Digest username="a", realm="b", nonce="c"', 'missing'),
  malformed: () => refused(`Bearer ${good} x`, 'malformed'),
  'wrong prefix': () => refused(`Bearer ${good.replace('acme', 'acne')}`, 'invalid'),
  'wrong checksum': () => refused(`Bearer ${badChecksum}`, 'invalid'),
  'unknown key': () => refused(`Bearer ${good}`, 'invalid'),
} as const satisfies Suite

function refused(authorization: string | undefined, code: string): Run {
  const verifier = createVerifier({ resolve: () => null, format, cache: { max: 1000, maxStalenessMs: DAY } })
  const header = authorization === undefined ? undefined : flat(authorization)
  return count(() => {
    const verdict = verifier.verify(header)
    return !(verdict instanceof Promise) && !verdict.ok && verdict.denial.code === code
  })
}

function count(isExpected: () => boolean): Run {
  return (iterations) => {
    let expected = 0
    for (let index = 0; index < iterations; index++) if (isExpected()) expected++
    return expected
  }
}
