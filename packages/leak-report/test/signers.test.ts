import { MINUTE, SECOND } from '@bearward/core'
import { expect, test } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { githubLeakReports } from '../src/index.ts'
import { createSigner, type Signer } from './deliveries.ts'

const DAY_MS = 24 * 60 * MINUTE

/** A handler, and a list of keys that a test changes while it runs. */
async function mount(...signers: Signer[]) {
  const clock = new ManualClock()
  const github = { signers, readings: 0, isDown: false }
  const handle = githubLeakReports({
    clock,
    revoke: () => true,
    onFailure: () => {},
    publicKeys: async () => {
      github.readings++
      if (github.isDown) throw new Error('GitHub is down')
      return { public_keys: github.signers.map(({ published }) => published) }
    },
  })
  const send = async (signer: Signer) => (await handle(await signer.deliver('[]'))).status
  return { clock, github, handle, send }
}

test('the list is read once for many deliveries, also when they come at once', async () => {
  const signer = await createSigner('one')
  const { github, handle, send } = await mount(signer)
  const deliveries = await Promise.all([1, 2, 3].map(() => signer.deliver('[]')))
  const answers = await Promise.all(deliveries.map(handle))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(github.readings).toBe(1)
  expect(await send(signer)).toBe(200)
  expect(github.readings).toBe(1)
})

test('a delivery that was cancelled while it read the list keeps the next one waiting for two seconds at most', async () => {
  const signer = await createSigner('one')
  const clock = new ManualClock()
  let readings = 0
  const handle = githubLeakReports({
    clock,
    revoke: () => true,
    publicKeys: async () => (++readings === 1 ? new Promise<never>(() => {}) : { public_keys: [signer.published] }),
  })
  void handle(await signer.deliver('[]'))
  const second = handle(await signer.deliver('[]'))
  for (let turn = 0; turn < 5; turn++) await new Promise((next) => setTimeout(next))
  clock.advance(2 * SECOND)
  expect((await second).status).toBe(200)
  expect((await handle(await signer.deliver('[]'))).status).toBe(200)
  expect(readings).toBe(2)
})

test('a key that is not in the list has it read again, but at most once a minute', async () => {
  const [one, two] = await Promise.all([createSigner('one'), createSigner('two')])
  const { clock, github, send } = await mount(one)
  expect(await send(one)).toBe(200)
  expect(await send(two)).toBe(401)
  expect(github.readings).toBe(1)

  github.signers = [one, two]
  clock.advance(MINUTE)
  expect(await send(two)).toBe(200)
  expect(github.readings).toBe(2)
})

test('a key that GitHub has withdrawn is believed for a day at most', async () => {
  const [one, two] = await Promise.all([createSigner('one'), createSigner('two')])
  const { clock, github, send } = await mount(one)
  expect(await send(one)).toBe(200)
  github.signers = [two]
  clock.advance(DAY_MS - 1)
  expect(await send(one)).toBe(200)
  clock.advance(1)
  expect(await send(one)).toBe(401)
})

test('an old list is not believed when GitHub is down, and GitHub is asked once a second', async () => {
  const signer = await createSigner('one')
  const { clock, github, send } = await mount(signer)
  expect(await send(signer)).toBe(200)
  github.isDown = true
  clock.advance(DAY_MS)
  expect([await send(signer), await send(signer)]).toEqual([503, 503])
  expect(github.readings).toBe(2)

  github.isDown = false
  clock.advance(1000)
  expect(await send(signer)).toBe(200)
})
