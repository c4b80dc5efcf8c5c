import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { run } from './run.ts'

const consumer = inject('consumer')

const BODY = `
  const keyring = createKeyring({ store: sqlite(':memory:'), format: keyFormat({ prefix: 'acme' }) })
  const { token } = await keyring.issue({ owner: 'acct_1' })
  const verdict = await keyring.verifier({ cache: false }).verify('Bearer ' + token)
  await keyring.close()
  expect(verdict.ok).toBe(true)`

/** As docs/runtimes.md says that they can be written. */
const TESTS = {
  'module.test.mjs': `import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
test('a module', async () => {${BODY}
})`,
  'commonjs.test.js': `test('CommonJS', async () => {
  const { keyFormat } = await import('@bearward/core')
  const { createKeyring } = await import('@bearward/keyring')
  const { sqlite } = await import('@bearward/sql')${BODY}
})`,
}

beforeAll(async () => {
  for (const [name, text] of Object.entries(TESTS)) await writeFile(join(consumer, name), text)
  await writeFile(join(consumer, 'jest.config.json'), '{ "testMatch": ["**/*.test.js", "**/*.test.mjs"] }')
  for (const name of ['jest29', 'jest30']) {
    await symlink(join(import.meta.dirname, 'node_modules', name), join(consumer, 'node_modules', name))
  }
})

test.each(['jest29', 'jest30'])('the packed packages are tested by %s with its support of modules', async (name) => {
  const jest = ['--experimental-vm-modules', '--no-warnings', `node_modules/${name}/bin/jest.js`]
  const { stderr } = await run(process.execPath, [...jest, '--config=jest.config.json', '--ci'], consumer)
  expect(stderr).toContain('Tests:       2 passed, 2 total')
})
