import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { capture } from '../src/record.ts'

describe('a row of another realm', () => {
  it('is read, its dates and its list of scopes too', () => {
    const row = runInNewContext(
      `({ id: 'k', scopes: ['a'], notBefore: new Date(1000), expiresAt: new Date(2000), revokedAt: new Date(1500) })`,
    )
    expect(row.expiresAt).not.toBeInstanceOf(Date)
    expect(row.scopes).not.toBeInstanceOf(Array)
    expect(capture(row)).toMatchObject({ id: 'k', scopes: ['a'], notBefore: 1000, expiresAt: 2000, revoked: true })
  })

  it('is unreadable when its date is invalid or only looks like one', () => {
    for (const date of [
      'new Date(NaN)',
      '({ getTime: () => 1 })',
      'Object.create(Date.prototype)',
      'new String("1")',
    ]) {
      const row = runInNewContext(`({ id: 'k', expiresAt: ${date} })`)
      expect(() => capture(row), date).toThrow(/^record\.expiresAt: /)
    }
  })
})
