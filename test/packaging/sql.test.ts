import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { runtimes } from '../runtimes/binaries.ts'
import { run } from './run.ts'

const PROGRAM = `
import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'

const keyring = createKeyring({ store: sqlite(':memory:'), format: keyFormat({ prefix: 'acme' }) })
const { token, key } = await keyring.issue({ owner: null })
const verifier = keyring.verifier({ cache: false })
const before = await verifier.verify('Bearer ' + token)
await keyring.revoke(key.id)
const after = await verifier.verify('Bearer ' + token)
console.log(before.ok, after.ok)
await keyring.close()
`

const TOO_OLD = `
import { sqlite } from '@bearward/sql'
try { sqlite('keys.db') } catch (error) { console.log(error.name + ': ' + error.message) }
`

test.each(runtimes.filter(({ name }) => name === 'Node 20'))(
  'on $name a path is refused in one sentence',
  async ({ binary }) => {
    const consumer = inject('consumer')
    await writeFile(join(consumer, 'old.mjs'), TOO_OLD)
    const { stdout, stderr } = await run(binary, ['old.mjs'], consumer)
    expect(stdout).toMatch(
      /^TypeError: sqlite: a path needs Node 22\.16 or later, and this is v20\.\S+; or give an open database of better-sqlite3 12\n$/,
    )
    expect(stderr).toBe('')
  },
)

test('the packed store keeps keys in SQLite with no driver installed', async () => {
  const consumer = inject('consumer')
  await writeFile(join(consumer, 'sql.mjs'), PROGRAM)
  expect(await run(process.execPath, ['sql.mjs'], consumer)).toEqual({ stdout: 'true false\n', stderr: '' })
})
