import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBasic } from '../src/basic.ts'
import { MALFORMED } from '../src/header.ts'

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/|'.split('')
const userId = fc.array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 40 }).map((list) => list.join(''))
const password = fc
  .array(fc.constantFrom(...CHARACTERS, ':'), { minLength: 1, maxLength: 40 })
  .map((list) => list.join(''))

describe('readBasic', () => {
  it('reads the user-id as the token when the password is empty', () => {
    fc.assert(
      fc.property(userId, (id) => {
        expect(readBasic(btoa(`${id}:`), 512)).toBe(id)
      }),
    )
  })

  it('reads user-id and password together when there is one', () => {
    fc.assert(
      fc.property(userId, password, (id, secret) => {
        expect(readBasic(btoa(`${id}:${secret}`), 512)).toBe(`${id}:${secret}`)
      }),
    )
  })

  it('takes one spelling of each credential: whatever else decodes to it is refused', () => {
    const encoded = btoa('abcd:')
    expect(readBasic(encoded, 512)).toBe('abcd')
    for (const other of [
      encoded.replace('=', ''),
      `${encoded}=`,
      ` ${encoded}`,
      `${encoded}\n`,
      encoded.replace('o', 'p'),
      '',
    ]) {
      expect(readBasic(other, 512), JSON.stringify(other)).toBe(MALFORMED)
    }
  })

  it('bounds what was decoded', () => {
    expect(readBasic(btoa(`${'a'.repeat(20)}:`), 20)).toBe('a'.repeat(20))
    expect(readBasic(btoa(`${'a'.repeat(21)}:`), 20)).toBe(MALFORMED)
    expect(readBasic(btoa(`${'a'.repeat(10)}:${'b'.repeat(9)}`), 20)).toHaveLength(20)
    expect(readBasic(btoa(`${'a'.repeat(10)}:${'b'.repeat(10)}`), 20)).toBe(MALFORMED)
  })
})
