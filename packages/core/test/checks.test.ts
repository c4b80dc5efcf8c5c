import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateFailure, standingFailure } from '../src/checks.ts'
import { capture, type KeyRecord } from '../src/record.ts'

const NOW = 1_000_000

/** All that speaks against a key, what stands first. */
function failure(
  row: Omit<KeyRecord, 'id'>,
  tokenEnvironment?: string,
  now = NOW,
  isAccepted = true,
): string | undefined {
  const key = capture({ id: 'k', ...row })
  return standingFailure(key, tokenEnvironment, isAccepted) ?? dateFailure(key, now)
}

describe('what speaks against a key', () => {
  it('finds nothing wrong with a plain key', () => {
    expect(failure({})).toBeUndefined()
    expect(
      failure({ notBefore: NOW, expiresAt: NOW + 1, disabled: false, environment: 'live' }, 'live'),
    ).toBeUndefined()
  })

  it.each([
    [NOW - 1, undefined],
    [NOW, 'expired'],
    [NOW + 1, 'expired'],
  ])('expiry at exactly its moment: now %i', (now, expected) => {
    expect(failure({ expiresAt: NOW }, undefined, now)).toBe(expected)
    expect(failure({ expiresAt: new Date(NOW) }, undefined, now)).toBe(expected)
  })

  it.each([
    [NOW - 1, 'not_yet_valid'],
    [NOW, undefined],
    [NOW + 1, undefined],
  ])('validity from exactly its moment on: now %i', (now, expected) => {
    expect(failure({ notBefore: NOW }, undefined, now)).toBe(expected)
    expect(failure({ notBefore: new Date(NOW) }, undefined, now)).toBe(expected)
  })

  it('takes an expiry of 0 for expired', () => {
    expect(failure({ expiresAt: 0 })).toBe('expired')
  })

  it('refuses a revoked key whatever the clock says', () => {
    for (const revokedAt of [0, NOW - 1, NOW, NOW + 1, 8.64e15]) {
      for (const now of [0, NOW, Number.NaN]) expect(failure({ revokedAt }, undefined, now)).toBe('revoked')
    }
  })

  it('refuses dated keys, and undated ones, when the clock answers NaN', () => {
    expect(failure({}, undefined, Number.NaN)).toBe('not_yet_valid')
    expect(failure({ expiresAt: NOW }, undefined, Number.NaN)).toBe('not_yet_valid')
    expect(failure({ notBefore: 0 }, undefined, Number.NaN)).toBe('not_yet_valid')
  })

  it('compares environments where both have one', () => {
    expect(failure({ environment: 'test' }, 'live')).toBe('environment')
    expect(failure({ environment: 'Live' }, 'live')).toBe('environment')
    expect(failure({ environment: '' }, 'live')).toBe('environment')
    expect(failure({ environment: 'live' }, 'live')).toBeUndefined()
    expect(failure({}, 'live')).toBeUndefined()
    expect(failure({ environment: 'live' })).toBeUndefined()
  })

  it('names the first of several reasons', () => {
    const all = { revokedAt: 1, disabled: true, notBefore: NOW + 1, expiresAt: NOW - 1, environment: 'test' }
    expect(failure(all, 'live', NOW, false)).toBe('revoked')
    expect(failure({ ...all, revokedAt: null }, 'live', NOW, false)).toBe('disabled')
    expect(failure({ ...all, revokedAt: null, disabled: false }, 'live', NOW, false)).toBe('environment')
    expect(failure({ ...all, revokedAt: null, disabled: false }, 'test', NOW, false)).toBe('refused_by_application')
    expect(failure({ notBefore: NOW + 1, expiresAt: NOW - 1 })).toBe('not_yet_valid')
  })

  it('passes a key exactly when none of the conditions fails', () => {
    const moment = fc.option(fc.integer({ min: NOW - 3, max: NOW + 3 }), { nil: null })
    const environment = fc.option(fc.constantFrom('live', 'test'), { nil: undefined })
    fc.assert(
      fc.property(
        moment,
        moment,
        moment,
        fc.boolean(),
        environment,
        environment,
        (notBefore, expiresAt, revokedAt, disabled, own, asked) => {
          const passes =
            revokedAt === null &&
            !disabled &&
            (notBefore === null || NOW >= notBefore) &&
            (expiresAt === null || NOW < expiresAt) &&
            (own === undefined || asked === undefined || own === asked)
          const row = { notBefore, expiresAt, revokedAt, disabled, ...(own !== undefined && { environment: own }) }
          expect(failure(row, asked) === undefined).toBe(passes)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
