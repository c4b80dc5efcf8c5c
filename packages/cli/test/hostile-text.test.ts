import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearward, type Ran } from './bearward.ts'

/** What a terminal obeys or hides; a line feed ends the program's own lines. */
const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u
const FORGED = /^\s*9 {2}2026-01-01/m
const COMMAND = /^\s*::|##[\w.-]*\[/m

/** What a customer, a leaker or a server may choose. */
const evil = (mark: string): string =>
  `${mark}\u001b]0;title\u0007\u009b2K\u202e\u200b\ufdd0red\ufdd1\r\n9  2026-01-01 00:00:00  revoked\u2028::error::${mark}\n::set-output name=a::b\n##[error]x##vso[task.x]y`

const format = keyFormat({ prefix: 'acme' })
const env = { BEARWARD_PREFIX: 'acme', BEARWARD_DATABASE_URL: 'keys.db', USER: 'alice' }
let cwd: string
let token: string

const run = (argv: readonly string[], stdin = '', isTerminal = false): Promise<Ran> =>
  bearward(argv, { cwd, stdin, isTerminal, env: { ...env, NO_COLOR: '1' } })

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'bearward-hostile-'))
  const metadata = JSON.stringify({ [evil('k')]: evil('v') })
  const chosen = [
    '--owner',
    evil('owner'),
    '--name',
    evil('name'),
    '--reason',
    evil('reason'),
    '--actor',
    evil('actor'),
  ]
  const { code, stdout } = await run(['issue', '--id', 'k1', ...chosen, '--metadata', metadata])
  expect(code).toBe(0)
  token = stdout.trim()
  for (const name of ['::error::x', 'a\nb', 'tree\u001b[2J', '\u202eb', '##[error]x']) {
    mkdirSync(join(cwd, 'tree', name), { recursive: true })
    writeFileSync(join(cwd, 'tree', name, '::warning file=x::y'), token)
  }
  const rows = [
    { id: evil('id'), sha256: 'none' },
    { id: '2', sha256: 'a'.repeat(64), scopes: ['a'], name: evil('imported') },
    { id: '3', sha256: 'b'.repeat(64), [evil('column')]: evil('cell') },
  ]
  writeFileSync(join(cwd, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  writeFileSync(join(cwd, 'config.json'), JSON.stringify({ [evil('setting')]: 1 }))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const commands: [string, string[], string?][] = [
  ['list', ['list']],
  ['list of an owner', ['list', '--owner', evil('owner')]],
  ['show', ['show', 'k1']],
  ['audit', ['audit']],
  ['audit with a limit', ['audit', '--limit', '1']],
  ['disable', ['disable', 'k1', '--reason', evil('reason')]],
  ['enable', ['enable', 'k1']],
  ['rotate', ['rotate', 'k1', '--id', 'k2', '--reason', evil('reason')]],
  ['doctor', ['doctor', '--prefix', evil('prefix')]],
  ['import', ['import', 'rows.jsonl', '--from', 'plain', '--dry-run']],
  ['scan', ['scan', 'tree']],
  ['scan --live', ['scan', 'tree', '--live']],
  ['scan --sarif', ['scan', 'tree', '--sarif']],
  ['scan of a diff', ['scan', '-']],
  ['revoke', ['revoke', 'k1', '--yes', '--reason', evil('reason')]],
  ['revoke of an owner', ['revoke', '--owner', evil('owner'), '--yes']],
  ['an id that is not there', ['revoke', evil('id'), '--yes']],
  ['a command that is none', [evil('command')]],
  ['an option that is none', ['list', `--${evil('option')}`]],
  ['a value of an option', ['issue', '--expires-in', evil('time')]],
  ['a name of a file', ['scan', evil('path')]],
  ['a name of a configuration', ['list', '--config', evil('config')]],
  ['a setting that is none', ['list', '--config', 'config.json']],
  ['an environment', ['generate', '--environment', evil('environment')]],
  ['a pair', ['import', '-', '--from', 'plain', '--map-scope', evil('pair')]],
  ['an address', ['list', '--database-url', evil('address')]],
  ['a host', ['list', '--database-url', `postgres://${encodeURIComponent(evil('host'))}/x`]],
]

describe.each(commands)('%s prints text of others as text', (_, argv) => {
  const stdin = `diff --git a/${evil('path')} b/x\n--- a/x\n+++ b/::error::${evil('x')}\n@@ -0,0 +1 @@\n+${format.generate()}\n`

  test.each([
    ['to a pipe', argv, false],
    ['to a terminal', argv, true],
    ['with --debug', [...argv, '--debug'], false],
    ...(/scan|list|show|audit|doctor|import/.test(argv[0] ?? '') && !argv.includes('--sarif')
      ? ([['as JSON', [...argv, '--json'], false]] as const)
      : []),
  ] as const)('%s', async (_how, line, isTerminal) => {
    const { stdout, stderr } = await run([...line], stdin, isTerminal)
    const clear = '\r\u001b[2K'
    for (const text of [stdout, stderr.replaceAll(clear, '')]) {
      expect(text).not.toMatch(UNSAFE)
      expect(text).not.toMatch(FORGED)
      expect(text).not.toMatch(COMMAND)
    }
  })
})

test('what a server says is text', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      const fields = `SFATAL\0C28000\0M${evil('server')}\0\0`
      const message = Buffer.alloc(5 + Buffer.byteLength(fields))
      message.write('E')
      message.writeInt32BE(message.length - 1, 1)
      message.write(fields, 5)
      socket.end(message)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `postgres://u@127.0.0.1:${(server.address() as AddressInfo).port}/x`
  for (const argv of [['list'], ['list', '--debug'], ['doctor'], ['doctor', '--json']]) {
    const { stdout, stderr } = await run([...argv, '--database-url', url])
    expect(stdout + stderr).toContain('server\\u001b]0;title')
    for (const pattern of [UNSAFE, FORGED, COMMAND]) expect(stdout + stderr).not.toMatch(pattern)
  }
  server.close()
})

test('JSON has the text as it is', async () => {
  const { stdout } = await run(['audit', '--key', 'k1', '--action', 'issued', '--json'])
  const { entries } = JSON.parse(stdout) as { entries: { reason: string; actor: string }[] }
  expect(entries[0]).toMatchObject({ reason: evil('reason'), actor: evil('actor') })
})

test('a question shows its subject as text', async () => {
  const { stderr } = await run(['revoke', '--owner', evil('owner')])
  expect(stderr).not.toMatch(UNSAFE)
})
