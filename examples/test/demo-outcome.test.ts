import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Verifier } from '@bearward/core'
import type { KeyringRecord } from '@bearward/keyring'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Attempt, listAttempts } from '../demo/attempts.ts'
import { type DemoKeys, openKeys, type Scope } from '../demo/keys.ts'
import { describeAnswer, exitCodeOf, makeAttempts, type Outcome } from '../demo/outcome.ts'
import { type RunningServer, startServers } from '../demo/servers.ts'
import { startSession } from '../demo/session.ts'
import { formatOutcomes } from '../demo/table.ts'

const outcome: Outcome = {
  framework: 'Koa 3',
  sent: 'a valid key',
  expected: '200 as key_1',
  got: '200 as key_1',
  reads: 1,
  ok: true,
}

describe('the table', () => {
  test('has one part for each framework, and says that all is well', () => {
    const text = formatOutcomes([outcome, { ...outcome, framework: 'Express 5' }], { color: false })
    expect(text).toMatch(/^Koa 3\nWhat was sent .*\na valid key .* ok\n\nExpress 5\n/)
    expect(text).toContain('All 2 answers were the expected ones.')
  })

  test('names what went wrong', () => {
    const text = formatOutcomes([outcome, { ...outcome, got: '500 without challenge', ok: false }], { color: false })
    expect(text).toMatch(/500 without challenge +1 +FAILED$/m)
    expect(text).toContain('1 of 2 answers FAILED')
  })

  test('does not call nothing a success', () => {
    expect(formatOutcomes([], { color: false })).toBe('Nothing was sent.')
    expect(exitCodeOf([])).toBe(1)
  })

  test('keeps to 100 columns, whatever was answered', () => {
    const long = 'x'.repeat(300)
    const text = formatOutcomes([{ ...outcome, sent: long, expected: long, got: long, ok: false }], { color: false })
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  test('is coloured only when asked', () => {
    expect(formatOutcomes([outcome], { color: true })).toContain('\u001b[32mok')
    expect(formatOutcomes([outcome], { color: false })).not.toContain('\u001b')
  })
})

describe('an answer in words', () => {
  test.each([
    [200, undefined, '{"key":"key_1"}', '200 as key_1'],
    [401, 'Bearer realm="api"', '', '401 without error code'],
    [403, 'Bearer realm="api", error="insufficient_scope", scope="a"', '', '403 insufficient_scope'],
    [503, undefined, '', '503 without challenge'],
  ])('%s %s', (status, challenge, body, words) => {
    expect(describeAnswer(status, challenge, body)).toBe(words)
  })
})

describe('over real servers', () => {
  let folder: string
  let keys: DemoKeys
  let verifier: Verifier<KeyringRecord, Scope>
  let servers: RunningServer[]
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bearward-test-'))
    keys = openKeys(join(folder, 'keys.db'))
    verifier = keys.keyring.verifier()
    servers = await startServers(verifier)
  })
  afterEach(async () => {
    for (const server of servers) server.close()
    await keys.keyring.close()
    rmSync(folder, { recursive: true })
  })

  async function attemptNamed(sent: string): Promise<Attempt> {
    const attempts = await listAttempts(keys)
    const found = attempts.find((attempt) => attempt.sent === sent)
    if (found === undefined) throw new Error(`no attempt '${sent}'`)
    return found
  }

  test('a wrong expectation fails, at every framework', async () => {
    const attempt = await attemptNamed('a valid key')
    const right = await makeAttempts([attempt], servers, keys.reads)
    expect(right.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(exitCodeOf(right)).toBe(0)
    const wrong = await makeAttempts([{ ...attempt, expected: '401 invalid_token' }], servers, keys.reads)
    expect(wrong.map(({ ok, got }) => [ok, got])).toEqual(Array(3).fill([false, '200 as key_reader']))
    expect(exitCodeOf([...right, ...wrong])).toBe(1)
  })

  test('a read that must not happen fails, though the answer is right', async () => {
    const attempt = { ...(await attemptNamed('a key that nobody issued')), readsNothing: true }
    const outcomes = await makeAttempts([attempt], servers, keys.reads)
    // The first framework asks the store; the others know by then that there is no such key.
    expect(outcomes.map(({ ok, reads }) => [ok, reads])).toEqual([
      [false, 1],
      [true, 0],
      [true, 0],
    ])
  })

  test('a server that does not answer fails', async () => {
    const attempt = await attemptNamed('nothing')
    const [first] = servers
    first?.close()
    const outcomes = await makeAttempts([attempt], servers, keys.reads)
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, true])
    expect(outcomes[0]?.got).toContain('no answer: ')
  })

  test('r and Enter revokes the key at all three', async () => {
    const { token, key } = await keys.keyring.issue({ id: 'key_yours', owner: 'acct_1', scopes: ['posts:read'] })
    const statuses = (): Promise<number[]> =>
      Promise.all(
        servers.map(async ({ origin }) => {
          const response = await fetch(`${origin}/v1/posts`, { headers: { Authorization: `Bearer ${token}` } })
          return response.status
        }),
      )
    const input = new PassThrough()
    let printed = ''
    const revoked = new Promise<void>((resolve) => {
      startSession({
        verifier,
        servers,
        token,
        consoleUrl: 'http://127.0.0.1:9/login',
        input,
        print: (text) => {
          printed += `${text}\n`
          if (text.startsWith('Revoked.')) resolve()
        },
        revoke: () => keys.keyring.revoke(key.id),
      })
    })
    expect(await statuses()).toEqual([200, 200, 200])
    input.write('help\nr\n')
    await revoked
    expect(await statuses()).toEqual([401, 401, 401])
    expect(printed).toContain('denied    invalid, because: revoked key_yours')
    expect(printed.split(token)).toHaveLength(5)
    input.end()
  })
})
