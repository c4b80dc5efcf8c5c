import { expect, test } from 'vitest'
import { importKeys } from '../src/published-keys.ts'
import { createSigner } from './deliveries.ts'

test('a list may hold entries that are no P-256 keys', async () => {
  const { published } = await createSigner('good')
  const others: unknown[] = [
    null,
    1,
    {},
    { key_identifier: 'a', key: 'no PEM' },
    { key_identifier: 1, key: published.key },
  ]
  const broken = { key_identifier: 'b', key: published.key.replace('MFkw', 'MFkx') }
  const keys = await importKeys({ public_keys: [...others, broken, published] as never })
  expect([...keys.keys()]).toEqual(['good'])
})

test.each([undefined, null, {}, { public_keys: [] }, { public_keys: 'x' }])('%j is no list of keys', async (list) => {
  await expect(importKeys(list as never)).rejects.toThrow(TypeError)
})
