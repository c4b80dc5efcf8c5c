import { expect, test } from 'vitest'
import { growthOf } from './growth.ts'
import { soak } from './soak.ts'

test('requests are answered rightly through outages of the channel, and memory answers again after each', async () => {
  const { wrong, hits, duringOutages, revocations, recoveryLeases } = await soak({
    seconds: 9,
    leaseMs: 300,
    keys: 200,
    outageEveryMs: 2800,
    outageMs: 800,
    sampleEveryMs: 3000,
  })
  expect(wrong).toEqual([])
  // Otherwise nothing was tried.
  expect(hits).toBeGreaterThan(100)
  expect(duringOutages).toBeGreaterThan(100)
  expect(revocations).toBeGreaterThan(5)
  expect(recoveryLeases.length).toBeGreaterThanOrEqual(2)
})

test('growth is that of the last third over the second', () => {
  expect(growthOf([9, 9, 2, 2, 3, 3])).toBe(1.5)
})
