import { spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { afterAll, expect, test } from 'vitest'

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'bearward-killed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = 4000
const lines = Array.from({ length: ROWS }, (_, index) => {
  const sha256 = createHash('sha256').update(String(index)).digest('hex')
  const moments = { created_at: '2026-01-02 03:04:05', last_used_at: '2026-02-03 04:05:06' }
  return `${JSON.stringify({ id: `k${index}`, sha256, owner: `acct_${index % 9}`, scopes: 'a b', ...moments })}\n`
})

/** Imports the rows out of a pipe. With a signal, the program gets it when it has taken in so many of them. */
async function importInto(file: string, signal?: NodeJS.Signals, after = ROWS): Promise<number | string | null> {
  const argv = ['import', '-', '--from', 'plain', '--prefix', 'own', '--database-url', file, '--actor', 'test']
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['pipe', 'ignore', 'inherit'] })
  // It may be gone before it has read what it was sent.
  child.stdin.on('error', () => {})
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  for (const line of lines.slice(0, after))
    if (!child.stdin.write(line)) await Promise.race([once(child.stdin, 'drain'), ended])
  if (signal === undefined) child.stdin.end()
  else child.kill(signal)
  const [code, died] = await ended
  return died ?? code
}

/** All that counts of a file's content; the moments of the imports differ. */
function contentOf(file: string): Record<string, unknown[]> {
  const database = new DatabaseSync(file)
  const keys = database
    .prepare(
      `select id, digest, name, owner, scopes, created_at, revoked_at, version, last_used_at
       from bearward_keys left join bearward_key_uses on key_id = id order by id`,
    )
    .all()
  const audit = database.prepare('select action, key_id, version, actor from bearward_audit order by key_id').all()
  database.close()
  return { keys, audit }
}

test('an import that is interrupted and killed again and again comes to the same end', async () => {
  const [whole, broken] = [join(folder, 'whole.db'), join(folder, 'broken.db')]
  expect(await importInto(whole)).toBe(0)
  let before = 0
  for (const signal of ['SIGINT', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    // More than a pipe holds, so that some were written.
    expect(await importInto(broken, signal, randomInt(before + 1000, ROWS))).toBe(signal)
    before = Math.min(before + 600, ROWS - 1500)
  }
  const partial = contentOf(broken)
  expect(partial.keys?.length).toBeGreaterThan(0)
  expect(partial.audit).toHaveLength(partial.keys?.length ?? -1)
  expect(await importInto(broken)).toBe(0)
  const end = contentOf(broken)
  expect(end.keys).toHaveLength(ROWS)
  expect(end).toEqual(contentOf(whole))
}, 600_000)

test('what was revoked, disabled or rotated after an import was killed stays so when it is run again', async () => {
  const file = join(folder, 'revoked.db')
  expect(await importInto(file, 'SIGKILL', 2000)).toBe('SIGKILL')
  const keyring = createKeyring({ store: sqlite(file), format: keyFormat({ prefix: 'own' }) })
  const { keys } = await keyring.list({ limit: 3 })
  const [revoked, disabled, rotated] = keys.map(({ id }) => id)
  await keyring.revoke(revoked ?? '')
  await keyring.disable(disabled ?? '')
  await keyring.rotate(rotated ?? '', { graceMs: 0 })
  expect(await importInto(file)).toBe(0)
  const states = await Promise.all([revoked, disabled, rotated].map(async (id) => (await keyring.get(id ?? ''))?.state))
  expect(states).toEqual(['revoked', 'disabled', 'retired'])
  await keyring.close()
}, 600_000)
