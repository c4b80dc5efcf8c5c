import { MINUTE } from '@bearward/core'
import { expect, it } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { KeyringEvents } from '../src/events.ts'
import { memoryStore, type Use } from '../src/index.ts'
import { Usage } from '../src/usage.ts'
import { NOW, settle, setUp } from './support/keyring.ts'

const address = (host: number): string => `192.0.2.${host}`

function gather({
  random = 0,
  recordUse,
}: {
  random?: number
  recordUse?: (uses: readonly Use[]) => Promise<never[]>
}) {
  const clock = new ManualClock(NOW)
  const events = new KeyringEvents(clock)
  const written: (readonly Use[])[] = []
  const store = Object.assign(memoryStore(), {
    recordUse:
      recordUse ??
      (async (uses: readonly Use[]) => {
        written.push(uses)
        return []
      }),
  })
  const usage = new Usage(store, clock, events, () => random)
  const told: unknown[] = []
  events.on('failed', ({ task, error }) => told.push({ task, error }))
  events.on('usage_dropped', ({ uses }) => told.push({ uses }))
  return { clock, usage, written, told }
}

it('writes the latest use of each key once a minute, in one batch, and nothing without uses', async () => {
  const { clock, usage, written } = gather({})
  usage.note('key_1', NOW, address(1))
  usage.note('key_2', NOW + 1, undefined)
  usage.note('key_1', NOW + 2, undefined)
  clock.advance(MINUTE - 1)
  await settle()
  expect(written).toEqual([])
  clock.advance(1)
  await settle()
  expect(written).toEqual([
    [
      { keyId: 'key_1', at: NOW + 2, from: address(1), uses: 2 },
      { keyId: 'key_2', at: NOW + 1, from: null, uses: 1 },
    ],
  ])
  clock.advance(10 * MINUTE)
  await settle()
  expect(written.length).toBe(1)
  expect(clock.pending).toBe(0)
})

it('spreads the writes of processes that start together', async () => {
  const { clock, usage, written } = gather({ random: 0.5 })
  usage.note('key_1', NOW, undefined)
  clock.advance(MINUTE)
  await settle()
  expect(written.length).toBe(0)
  clock.advance(5000)
  await settle()
  expect(written.length).toBe(1)
})

it('takes no address that a store cannot keep, and counts the use all the same', async () => {
  const { usage, written } = gather({})
  for (const from of ['x'.repeat(256), 'a\0b', '\ud83d', '']) usage.note('key_1', NOW, from)
  await usage.flush()
  usage.note('key_1', NOW + 1, address(1))
  usage.note('key_1', NOW + 2, 'x'.repeat(16_000))
  await usage.flush()
  expect(written).toEqual([
    [{ keyId: 'key_1', at: NOW, from: null, uses: 4 }],
    [{ keyId: 'key_1', at: NOW + 2, from: address(1), uses: 2 }],
  ])
})

it('writes many keys in batches', async () => {
  const { usage, written } = gather({})
  for (let index = 0; index < 1200; index++) usage.note(`key_${index}`, NOW, undefined)
  await usage.flush()
  expect(written.map(({ length }) => length)).toEqual([500, 500, 200])
})

it('a store that fails loses the batch, says so, and is asked again for the next', async () => {
  const error = new Error('down')
  let isDown = true
  const written: string[] = []
  const { usage, told } = gather({
    recordUse: async (uses) => {
      if (isDown) throw error
      written.push(...uses.map(({ keyId }) => keyId))
      return []
    },
  })
  usage.note('key_1', NOW, undefined)
  await usage.flush()
  expect(told).toEqual([{ task: 'usage', error }, { uses: 1 }])
  isDown = false
  usage.note('key_2', NOW, undefined)
  await usage.flush()
  expect(written).toEqual(['key_2'])
})

it('does not wait for a store that is slow, and writes one batch at a time', async () => {
  const started: (() => void)[] = []
  const { clock, usage } = gather({
    recordUse: () => new Promise((resolve) => started.push(() => resolve([]))),
  })
  usage.note('key_1', NOW, undefined)
  clock.advance(MINUTE)
  usage.note('key_2', NOW, undefined)
  clock.advance(MINUTE)
  await settle()
  expect(started.length).toBe(1)
  started[0]?.()
  await settle()
  clock.advance(MINUTE)
  await settle()
  expect(started.length).toBe(2)
})

it('drops what does not fit rather than grow', async () => {
  const { usage, told, written } = gather({})
  for (let index = 0; index < 100_001; index++) usage.note(`key_${index}`, NOW, undefined)
  usage.note('key_0', NOW + 1, undefined)
  await usage.flush()
  expect(told).toEqual([{ uses: 1 }])
  expect(written.flat().length).toBe(100_000)
  expect(written[0]?.[0]?.at).toBe(NOW + 1)
})

it('writes the rest when the keyring is closed, and takes no more', async () => {
  const { keyring, store, clock } = setUp()
  const { token, key } = await keyring.issue({ owner: null })
  await keyring.verifier().verify(`Bearer ${token}`)
  const recorded: unknown[] = []
  const { recordUse } = store
  Object.assign(store, {
    recordUse: (uses: readonly Use[]) => {
      recorded.push(...uses)
      return recordUse.call(store, uses)
    },
  })
  await keyring.close()
  expect(recorded).toEqual([{ keyId: key.id, at: NOW, from: null, uses: 1 }])
  expect(clock.pending).toBe(0)
})

it('tells of a first use, and of a new address after it', async () => {
  const { keyring, told, store } = setUp()
  const { key } = await keyring.issue({ owner: null })
  const events = new KeyringEvents(new ManualClock(NOW))
  events.on('first_used', (facts) => told.push({ name: 'first_used', facts: { ...facts } }))
  events.on('used_from_new_address', (facts) => told.push({ name: 'used_from_new_address', facts: { ...facts } }))
  const usage = new Usage(store, new ManualClock(NOW), events, () => 0)
  told.length = 0
  for (const host of [1, 1, 2]) {
    usage.note(key.id, NOW + host, address(host))
    await usage.flush()
  }
  expect(told.map(({ name, facts }) => [name, facts.keyId, facts.from])).toEqual([
    ['first_used', key.id, address(1)],
    ['used_from_new_address', key.id, address(2)],
  ])
  expect(await keyring.get(key.id)).toMatchObject({ lastUsedAt: NOW + 2, lastUsedFrom: address(2) })
})
