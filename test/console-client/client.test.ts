import { createConsole } from '@bearward/console'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import openapiTS, { astToString } from 'openapi-typescript'
import { expect, test } from 'vitest'
import { walk } from './client.ts'

const console = createConsole({
  keyring: createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }), scopes: ['posts:read'] }),
  basePath: '/keys',
  authorize: () => ({ actor: 'alice', owner: 'acct_1' }),
})

// The compiler holds client.ts against this file. After a change of the API: vitest run --project=console-client --update
test('the types that a client is compiled against are those of the document that is served', async () => {
  const answer = await console.fetch(new Request('https://app.example/keys/api/openapi.json'))
  const types = astToString(await openapiTS(await answer.text()))
  await expect(types).toMatchFileSnapshot('api.gen.ts')
})

test('the client walks the life of a key', async () => {
  expect(await walk((request) => console.fetch(request))).toEqual([
    'acme_',
    'Pipeline',
    '412 stale',
    'retiring',
    'true',
    'Pipeline active',
    'revoked',
    'rotated',
    'updated',
    'issued',
    '7',
  ])
})
