// SMTP_URL=smtp://localhost:1025 pnpm start: mails what happens in the life of one key.
import { DAY, HOUR, keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { createTransport } from 'nodemailer'
import { mailNotices } from './notices.ts'

const { SMTP_URL } = process.env
if (SMTP_URL === undefined) {
  console.error('Set SMTP_URL to the mail server, such as smtp://localhost:1025')
  process.exit(2)
}

const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
const stop = mailNotices(keyring, {
  transport: createTransport(SMTP_URL),
  from: 'keys@acme.example',
  addressOf: async (owner) => `${owner}@acme.example`,
  onError(error) {
    console.error('a notice could not be mailed:', error)
    process.exitCode = 1
  },
})

const { key } = await keyring.issue({ owner: 'alice', name: 'CI', expiresInMs: 5 * DAY, actor: 'bob' })
await keyring.expireDue({ announceMs: 7 * DAY })
const next = await keyring.rotate(key.id, { graceMs: 24 * HOUR, actor: 'bob' })
await keyring.revoke(key.id, { actor: 'bob', reason: 'leaked' })
await keyring.verifier().verify(`Bearer ${next.token}`)

await stop()
await keyring.close()
