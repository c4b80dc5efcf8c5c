import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlChannel, sqlite } from '@bearward/sql'
import { githubStyleTokens } from '../src/index.ts'

// Verifies tokens against a SQLite file as soon as its parent says so, and tells how many were accepted.
// node verify-all.ts FILE TOKEN…

const [, , file = '', ...tokens] = process.argv
const store = sqlite(file)
const keyring = createKeyring({
  store,
  channel: sqlChannel(store),
  format: keyFormat({ prefix: 'own' }),
  imports: [githubStyleTokens()],
})
const verifier = keyring.verifier()
process.once('message', () => void answer())
process.send?.('ready')

async function answer(): Promise<void> {
  const verdicts = await Promise.all(tokens.map(async (token) => verifier.verify(`Bearer ${token}`)))
  await keyring.flush()
  process.send?.(verdicts.filter(({ ok }) => ok).length)
  await keyring.close()
  process.disconnect?.()
}
