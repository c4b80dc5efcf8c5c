import { keyFormat, sha256 } from '@bearward/core'
import { expect, test } from 'vitest'
import { bearward } from './bearward.ts'

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

test('prints a token of the format, once and alone', async () => {
  const { code, stdout, stderr } = await bearward(['generate'])
  expect(code).toBe(0)
  expect(format.parse(stdout.trimEnd())).toEqual({ prefix: 'acme', environment: 'live' })
  expect(stdout.split('\n')).toHaveLength(2)
  expect(stderr).toBe('')
})

test('prints another one each time', async () => {
  expect((await bearward(['generate'])).stdout).not.toBe((await bearward(['generate'])).stdout)
})

test('--environment chooses the environment', async () => {
  const { stdout } = await bearward(['generate', '--environment', 'test'])
  expect(format.parse(stdout.trimEnd())?.environment).toBe('test')
})

test('--digest adds the digest that a store keeps', async () => {
  const [token = '', digest] = (await bearward(['generate', '--digest'])).stdout.split('\n')
  expect(digest).toBe(await sha256().digest(token))
})

test('--json prints all of it as an object', async () => {
  const { token, ...rest } = JSON.parse((await bearward(['generate', '--json'])).stdout)
  const digest = await sha256().digest(token)
  expect(rest).toEqual({ environment: 'live', hint: format.hint(token), digest })
})

test('on a terminal, says beside the data that this was the only time', async () => {
  const { stdout, stderr } = await bearward(['generate'], { isTerminal: true })
  expect(format.parse(stdout.trimEnd())).not.toBeNull()
  expect(stderr).toContain('shown once')
})

test('an environment that the format has not is a mistake', async () => {
  const { code, stderr } = await bearward(['generate', '--environment', 'prod'])
  expect([code, stderr]).toEqual([2, 'bearward: there is no environment prod; there are live, test\n'])
})
