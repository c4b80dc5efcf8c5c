import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConsole } from '@bearward/console'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import openapiTS, { astToString } from 'openapi-typescript'
import { beforeAll, expect, test } from 'vitest'

const here = import.meta.dirname
const generated = join(here, '.types')

const console = createConsole({
  keyring: createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }), scopes: ['posts:read'] }),
  basePath: '/keys',
  authorize: () => ({ actor: 'alice', owner: 'acct_1' }),
})

beforeAll(async () => {
  const answer = await console.fetch(new Request('https://app.example/keys/api/openapi.json'))
  const types = astToString(await openapiTS(await answer.text()))
  mkdirSync(generated, { recursive: true })
  writeFileSync(join(generated, 'api.ts'), types)
})

test('a client that is generated from the document compiles, and cannot be misused', async () => {
  // The workspace's own compiler; the generator brings an older one, whose interface it needs.
  const compiler = createRequire(join(here, '../../package.json')).resolve('typescript/package.json')
  const tsc = join(compiler, '../bin/tsc')
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--project', join(here, 'tsconfig.client.json')])
  expect(stdout).toBe('')
})

test('and walks the life of a key', async () => {
  const { walk } = (await import(join(here, 'client.ts'))) as { walk: (fetch: typeof console.fetch) => Promise<string[]> }
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
