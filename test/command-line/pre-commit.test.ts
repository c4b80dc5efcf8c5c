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

async function commit(content: string): Promise<Ran> {
  writeFileSync(join(folder, 'a.txt'), content)
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
