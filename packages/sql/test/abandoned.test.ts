import { SECOND } from '@bearward/core'
import { afterEach, expect, test } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { sqlChannel, sqlite } from '../src/index.ts'
import type { SqlStore } from '../src/store.ts'

// A request that is cancelled takes its timers and promises along; what it shared with others must not.

const LEASE_MS = SECOND
const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

/** A channel whose first look at the log never ends, and has no timer. */
function setUp() {
  const clock = new ManualClock()
  const store = sqlite(':memory:') as SqlStore
  const channel = sqlChannel(store, { clock, leaseMs: LEASE_MS })
  cleanUp.push(
    () => store.close(),
    () => channel.close(),
  )
  const { schedule } = clock
  clock.schedule = () => () => {}
  const engine = store.engine.bind(store)
  store.engine = () => new Promise(() => {})
  const subscription = channel.subscribe({ invalidate: () => {}, lost: () => {} })
  void subscription.prove()
  store.engine = engine
  clock.schedule = schedule
  return { clock, channel, subscription }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next))
}

test('a look at the log that never ends keeps a proof waiting for one lease', async () => {
  const { clock, subscription } = setUp()
  let isProved = false
  const proof = subscription.prove().then(() => {
    isProved = true
  })
  await settle()
  expect(isProved).toBe(false)
  clock.advance(LEASE_MS)
  await proof
  await subscription.prove()
})

test('a look at the log that never ends keeps a publication waiting for one lease', async () => {
  const { clock, channel } = setUp()
  const published = channel.publish({ invalidations: [{ id: 'key_1' }] })
  for (let step = 0; step < 4; step++) {
    await settle()
    clock.advance(LEASE_MS)
  }
  expect(await published).toMatchObject({ confirmed: true })
})

test('a channel draws its name with the first use', () => {
  const { getRandomValues } = crypto
  crypto.getRandomValues = () => {
    throw new Error('no random numbers at module scope')
  }
  try {
    const store = sqlite(':memory:')
    cleanUp.push(() => store.close())
    expect(sqlChannel(store).leaseMs).toBe(1000)
  } finally {
    crypto.getRandomValues = getRandomValues
  }
})
