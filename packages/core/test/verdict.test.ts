import { describe, expect, it } from 'vitest'
import { DENIALS } from '../src/verdict.ts'

describe('the table of denials', () => {
  it('is complete: status and RFC 6750 error of every code', () => {
    const table = Object.fromEntries(
      Object.entries(DENIALS).map(([code, { status, error }]) => [code, [status, error]]),
    )
    expect(table).toEqual({
      missing: [401, null],
      malformed: [400, 'invalid_request'],
      invalid: [401, 'invalid_token'],
      insufficient_scope: [403, 'insufficient_scope'],
      unavailable: [503, undefined],
    })
  })

  it('says of each where the standards say so, and has a text that no other has', () => {
    const rows = Object.values(DENIALS)
    for (const { section } of rows) expect(section).toMatch(/^RFC \d{4} §\d+(\.\d+)*$/)
    expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length)
    for (const { title } of rows) expect(title).toMatch(/^[A-Z][A-Za-z ]+$/)
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(DENIALS)).toBe(true)
  })
})
