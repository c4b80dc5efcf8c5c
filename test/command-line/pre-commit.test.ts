import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { format } from './planted.ts'
import { ACME, BEARWARD, type Ran, run } from './programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'bearward-hook-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bin = join(folder, '.git/bin')
const token = format.generate('live')

function git(...argv: string[]): Promise<Ran> {
  return run('git', argv, { cwd: folder, env: { ...ACME, PATH: `${bin}:${process.env.PATH}` } })
}

async function commit(content: string | Buffer, name = 'a.txt'): Promise<Ran> {
  writeFileSync(join(folder, name), content)
  await git('add', '--all')
  return git('commit', '--message', 'change')
}

beforeAll(async () => {
  await git('init', '--quiet')
  mkdirSync(bin)
  // What npx would run if the package were installed.
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec ${BEARWARD} "$@"\n`, { mode: 0o755 })
  const page = readFileSync(join(import.meta.dirname, '../../docs/scanning.md'), 'utf8')
  const recipe = /```sh\n(#!\/bin\/sh\n.*?)```/s.exec(page)?.[1] ?? ''
  expect(recipe).toContain('bearward scan -')
  writeFileSync(join(folder, '.git/hooks/pre-commit'), recipe, { mode: 0o755 })
})

test('the hook of docs/scanning.md refuses a key, and lets go of one', async () => {
  expect((await commit('one\n')).code).toBe(0)

  const refused = await commit(`one\n${token}\n`)
  expect(refused.code).toBe(1)
  expect(refused.stdout + refused.stderr).toContain(`a.txt:2:1: ${format.hint(token)}`)
  expect(refused.stdout + refused.stderr).not.toContain(token)

  expect((await git('commit', '--no-verify', '--message', 'by force')).code).toBe(0)
  expect((await commit('one\n')).code).toBe(0)
})

test.each<[string, Buffer]>([
  ['UTF-16', Buffer.from(`\ufeffAPI_KEY=${token}\r\n`, 'utf16le')],
  ['UTF-16 without a mark, of the other byte order', Buffer.from(`API_KEY=${token}\r\n`, 'utf16le').swap16()],
  ['a file that git takes for binary', Buffer.from(`\0${token}`)],
])('the hook refuses a key in %s', async (_, content) => {
  const refused = await commit(content, 'b.txt')
  expect(refused.code).toBe(1)
  expect(refused.stdout + refused.stderr).toContain(format.hint(token))
  await git('reset', '--quiet', '--hard')
  expect((await commit(content.subarray(0, 20), 'b.txt')).code).toBe(0)
})

test('the hook reads what is committed, and not what else is staged or changed', async () => {
  expect((await commit('base\n')).code).toBe(0)
  writeFileSync(join(folder, 'a.txt'), `${token}\n`)
  writeFileSync(join(folder, 'c.txt'), 'clean\n')
  await git('add', 'c.txt')
  // An index of its own, which git names to the hook.
  expect((await git('commit', '--message', 'all', '--all')).code).toBe(1)
  expect((await git('commit', '--message', 'one of two', 'a.txt')).code).toBe(1)
  expect((await git('commit', '--message', 'the other', 'c.txt')).code).toBe(0)
  await git('checkout', '--quiet', 'a.txt')
})

test('the hook lets pass a commit that changes no file', async () => {
  expect((await git('commit', '--amend', '--message', 'another message')).code).toBe(0)
  expect((await git('commit', '--allow-empty', '--message', 'empty')).code).toBe(0)
})

test('the hook works in a linked worktree', async () => {
  await git('worktree', 'add', '--quiet', '--detach', 'linked')
  writeFileSync(join(folder, 'linked/a.txt'), `${token}\n`)
  expect((await git('-C', 'linked', 'commit', '--all', '--message', 'change')).code).toBe(1)
  writeFileSync(join(folder, 'linked/a.txt'), 'clean\n')
  expect((await git('-C', 'linked', 'commit', '--all', '--message', 'change')).code).toBe(0)
})

test('a diff in a pipe is refused with a key, and when the command in front of it fails', async () => {
  const pipe = 'git diff --cached --text --unified=0 --no-color --no-ext-diff --no-textconv'
  const scan = async (command: string): Promise<number> => (await shell(`${command} | npx bearward scan -`)).code
  writeFileSync(join(folder, 'd.txt'), Buffer.from(`${token}\n`, 'utf16le'))
  await git('add', 'd.txt')
  expect(await scan(pipe)).toBe(1)
  await git('reset', '--quiet', '--hard')
  writeFileSync(join(folder, 'd.txt'), 'clean\n')
  await git('add', 'd.txt')
  expect(await scan(pipe)).toBe(0)
  expect(await scan(`${pipe} no-such-revision`)).toBe(5)
})

function shell(line: string): Promise<Ran> {
  return run('sh', ['-c', line], { cwd: folder, env: { ...ACME, PATH: `${bin}:${process.env.PATH}` } })
}
