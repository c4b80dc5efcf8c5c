import { expect, it } from 'vitest'
import { noteUse } from '../src/index.ts'

const NOW = Date.UTC(2026, 0, 1)

it.each(['203.0.113.7:50001', '::ffff:203.0.113.7', '::FFFF:CB00:7107', '203.0.113.7'])(
  'a use from %j is one from 203.0.113.7',
  (from) => {
    const before = noteUse(undefined, { keyId: 'key_1', at: NOW, from: '203.0.113.7' }).record
    const { record, outcome } = noteUse(before, { keyId: 'key_1', at: NOW + 1, from })
    expect(outcome.isNewAddress).toBe(false)
    expect(record).toEqual({
      lastUsedAt: NOW + 1,
      lastUsedFrom: '203.0.113.7',
      addresses: [{ address: '203.0.113.7', lastUsedAt: NOW + 1 }],
    })
  },
)

it('spellings that were written down before become one address, with its latest use, and raise no alarm', () => {
  const before = {
    lastUsedAt: NOW,
    lastUsedFrom: '::ffff:203.0.113.7',
    addresses: [
      { address: '::ffff:203.0.113.7', lastUsedAt: NOW },
      { address: '2001:DB8:0:0::1', lastUsedAt: NOW - 1 },
      { address: '203.0.113.7:50001', lastUsedAt: NOW - 2 },
      { address: 'gateway', lastUsedAt: null },
    ],
  }
  const { record, outcome } = noteUse(before, { keyId: 'key_1', at: NOW - 5, from: '2001:db8::1' })
  expect(outcome.isNewAddress).toBe(false)
  expect(record.lastUsedFrom).toBe('203.0.113.7')
  expect(record.addresses).toEqual([
    { address: '203.0.113.7', lastUsedAt: NOW },
    { address: '2001:db8::1', lastUsedAt: NOW - 1 },
    { address: 'gateway', lastUsedAt: null },
  ])
})
