import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat, sha256 } from '@bearward/core'
import { checksum } from '@bearward/core/formats'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { afterAll, expect, test } from 'vitest'
import { githubStyleTokens, plainRow } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'bearward-import-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KEYS = 25
const PROCESSES = 4

const tokens = Array.from({ length: KEYS }, (_, index) => {
  const random = String(index).padStart(30, 'x')
  return `ghp_${random}${checksum(random)}`
})

test('several processes that see the first use of the same keys give each its own digest once', {
  timeout: 60_000,
}, async () => {
  const file = join(folder, 'keys.db')
  const store = sqlite(file)
  const keyring = createKeyring({ store, format: keyFormat({ prefix: 'own' }), imports: [githubStyleTokens()] })
  const rows = await Promise.all(
    tokens.map(async (token, index) => ({ id: `gh_${index}`, sha256: await sha256().digest(token) })),
  )
  expect((await keyring.import(rows, { read: plainRow({ format: 'github' }) })).imported).toBe(KEYS)

  const script = join(import.meta.dirname, 'verify-all.ts')
  const children = Array.from({ length: PROCESSES }, () => fork(script, [file, ...tokens]))
  await Promise.all(children.map(async (child) => once(child, 'message')))
  const accepted = await Promise.all(
    children.map(async (child) => {
      const told = once(child, 'message')
      child.send('go')
      const [count] = (await told) as [number]
      await once(child, 'exit')
      return count
    }),
  )
  expect(accepted).toEqual(Array(PROCESSES).fill(KEYS))

  const { entries } = await keyring.audit({ action: 'redigested', limit: 500 })
  expect(entries.map(({ keyId }) => keyId).toSorted()).toEqual(rows.map(({ id }) => `github_${id}`).toSorted())
  for (const [index, token] of tokens.entries()) {
    const own = await store.findByDigest([await sha256().digest(token)], { fresh: true })
    expect(own).toMatchObject({ id: `github_gh_${index}`, version: 2 })
  }
  await keyring.close()
})
