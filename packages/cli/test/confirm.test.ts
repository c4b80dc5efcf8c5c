import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { confirm } from '../src/confirm.ts'
import { Failure } from '../src/failure.ts'
import { Recorder, typing } from './bearward.ts'

function worldOf(stdin: Readable) {
  return {
    stdin,
    stdout: new Recorder(true),
    stderr: new Recorder(true),
    env: {},
    cwd: '/',
    interrupted: async () => {},
  }
}

test.each([
  ['y\n', true],
  ['YES\n', true],
  [' yes \n', true],
  ['n\n', false],
  ['\n', false],
  ['', false],
  ['yesterday\n', false],
])('%j means %s, and the question goes to standard error', async (answer, expected) => {
  const world = worldOf(typing(answer))
  expect(await confirm(world, 'Revoke it?', false)).toBe(expected)
  expect(world.stderr.text).toContain('Revoke it? [y/N]')
  expect(world.stdout.text).toBe('')
})

test('--yes asks nobody', async () => {
  const world = worldOf(Readable.from([]))
  expect(await confirm(world, 'Revoke it?', true)).toBe(true)
  expect(world.stderr.text).toBe('')
})

test('without a terminal and without --yes, it is a failure', async () => {
  await expect(confirm(worldOf(Readable.from(['y\n'])), 'Revoke it?', false)).rejects.toThrow(Failure)
})
