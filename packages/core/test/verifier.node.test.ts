import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createVerifier } from '../src/verifier.ts'
import { digestOf, storeOf } from './support/digests.ts'

const cache = { max: 10, maxStalenessMs: 1000 }

// Where the runtime digests at once, so does verify(). With Web Crypto alone the same answers come as promises.
describe('verify(), where the runtime digests at once', () => {
  it('answers at once from a resolver that does', async () => {
    const verifier = createVerifier({ resolve: await storeOf({ abc: { id: 'key_1' } }) })
    expect(verifier.verify('Bearer abc')).toMatchObject({ ok: true })
    expect(verifier.verify('Bearer nobody')).toMatchObject({ ok: false })
    expect(verifier.verify('Bearer')).toMatchObject({ ok: false })
    expect(verifier.verify(undefined)).toMatchObject({ ok: false })
  })

  it('answers with a promise from one that does not, and at once when it remembers, unknown tokens too', async () => {
    const find = await storeOf({ abc: { id: 'key_1' } })
    const verifier = createVerifier({ resolve: async (digest) => find(digest), cache })
    for (const token of ['abc', 'nobody']) {
      const first = verifier.verify(`Bearer ${token}`)
      expect(first).toBeInstanceOf(Promise)
      expect(verifier.verify(`Bearer ${token}`)).toBeInstanceOf(Promise)
      expect(verifier.verify(`Bearer ${token}`)).not.toBe(first)
      const verdict = await first
      const next = verifier.verify(`Bearer ${token}`)
      expect(next).not.toBeInstanceOf(Promise)
      expect(next).toEqual(verdict)
    }
  })

  it('answers at once when a resolver throws at once', () => {
    const verifier = createVerifier({
      resolve: () => {
        throw new Error('down')
      },
    })
    verifier.on('failed', () => {})
    expect(verifier.verify('Bearer abc')).toMatchObject({ ok: false, denial: { code: 'unavailable' } })
  })
})

describe('util.inspect(principal)', () => {
  it('shows who it is and neither the row nor a digest', async () => {
    const digest = await digestOf('abc')
    const verifier = createVerifier({ resolve: () => ({ id: 'key_1', digest, scopes: ['a'], secretNote: 'note' }) })
    const verdict = await verifier.verify('Bearer abc')
    const shown = [
      inspect(verdict, { depth: 10, showHidden: true }),
      JSON.stringify(verdict),
      `${inspect(verdict.ok && verdict.principal.scopes)}`,
    ]
    for (const text of shown) {
      expect(text).not.toContain(digest)
      expect(text).not.toContain('note')
      expect(text).toContain('a')
    }
    expect(shown[0]).toContain('key_1')
  })
})
