import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { mailNotices } from '../notices/notices.ts'
import { startProgram } from './program.ts'

interface Mail {
  readonly to: string[]
  readonly text: string
}

/** A real SMTP server that keeps what it is sent. */
async function startMailServer(): Promise<{ url: string; mails: Mail[]; close: () => void }> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, mails, close: () => server.close(() => {}) }
}

test('the owner of a key is mailed what happens to it, and never a token', async () => {
  const server = await startMailServer()
  const program = startProgram('notices', { env: { SMTP_URL: server.url } })
  expect(await program.ended).toBe(0)
  server.close()
  expect(program.output()).toBe('')
  const subjects = server.mails.map(({ text }) => /^Subject: (.+)\r$/m.exec(text)?.[1])
  expect(subjects).toHaveLength(4)
  expect(new Set(subjects)).toEqual(
    new Set(['A key was issued', 'A key expires soon', 'A key was rotated', 'A key was revoked']),
  )
  for (const { to, text } of server.mails) {
    expect(to).toEqual(['alice@acme.example'])
    expect(text).not.toMatch(/acme_[0-9A-Za-z]{5}/)
  }
})

test('a mail server that is down is told to the operator, and loses no change', async () => {
  const server = await startMailServer()
  server.close()
  const program = startProgram('notices', { env: { SMTP_URL: server.url } })
  expect(await program.ended).toBe(1)
  expect(program.output()).toContain('a notice could not be mailed')
})

test('without a mail server the program says what to set', async () => {
  const program = startProgram('notices', { env: { SMTP_URL: undefined } })
  expect(await program.ended).toBe(2)
  expect(program.output()).toContain('Set SMTP_URL')
})

test('a name or a reason adds no line to a mail', async () => {
  const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
  const texts: string[] = []
  const stop = mailNotices(keyring, {
    transport: { sendMail: async ({ text }: { text: string }) => texts.push(text) } as never,
    from: 'keys@acme.example',
    addressOf: async (owner) => owner,
    onError: (error) => texts.push(String(error)),
  })
  const chosen = 'CI\r\n\u202eYour account\u2028\u001b[2J'
  const { key } = await keyring.issue({ owner: 'alice', name: chosen, actor: chosen })
  await keyring.revoke(key.id, { actor: chosen, reason: chosen })
  await stop()
  await keyring.close()
  expect(texts).toHaveLength(2)
  for (const text of texts) expect(text).toMatch(/^CI Your account \[2J \(acme_.{4}…\) [^\p{C}\p{Zl}\p{Zp}]+$/u)
})
