import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
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

test('the packed store keeps keys in SQLite with no driver installed', async () => {
  const consumer = inject('consumer')
  await writeFile(join(consumer, 'sql.mjs'), PROGRAM)
  expect(await run(process.execPath, ['sql.mjs'], consumer)).toEqual({ stdout: 'true false\n', stderr: '' })
})
