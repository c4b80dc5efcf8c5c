import { beforeEach, expect, test } from 'vitest'
import { type Answer, Registry, readAnswer } from '../src/registry.ts'

const LEASE_MS = 1000
let now: number
let registry: Registry

beforeEach(() => {
  now = 50
  registry = new Registry({ now: () => 0, monotonic: () => now })
})

function answer(overrides: Partial<Answer> = {}): Answer {
  return { runId: 'run', registryId: 'r1', leaseMs: LEASE_MS, isMature: false, entries: [], ...overrides }
}

test('reads what the scripts answer', () => {
  expect(readAnswer(['run', 'r1', '1000', '1', 'm1', '17'])).toEqual(
    answer({ isMature: true, entries: [{ id: 'm1', score: '17' }] }),
  )
  expect(() => readAnswer('OK')).toThrow('redisChannel: Redis gave an answer that is not understood')
})

test('whoever is registered may hold a whole lease, whatever the server says of the time', () => {
  const { members } = registry.census(answer({ entries: [{ id: 'm1', score: '0' }] }))
  expect(members).toEqual([{ id: 'm1', leaseLeftMs: LEASE_MS }])
})

test('a registry is as old as this process has seen it, by its own clock', () => {
  expect(registry.census(answer()).registryAgeMs).toBe(0)
  now += 400.7
  expect(registry.census(answer()).registryAgeMs).toBe(400)
  expect(registry.census(answer({ registryId: 'r2' })).registryAgeMs).toBe(0)
  expect(registry.census(answer({ registryId: 'r3', isMature: true })).registryAgeMs).toBeUndefined()
})

test('a registry is ripe after a lease, and another one is not', () => {
  registry.learn(answer())
  now += LEASE_MS - 1
  expect(registry.ripe()).toBe('')
  now += 1
  expect(registry.ripe()).toBe('r1')
  registry.learn(answer({ isMature: true }))
  expect(registry.ripe()).toBe('')
  registry.learn(answer({ registryId: 'r2' }))
  expect(registry.ripe()).toBe('')
})

test('a suspect is dead when it has proved nothing for a lease by the clock of this process', () => {
  const suspects = [
    { id: 'm1', score: '1' },
    { id: 'm2', score: '2' },
  ]
  registry.learn(answer({ entries: suspects }))
  now += LEASE_MS - 1
  expect(registry.dead()).toEqual([])
  registry.learn(
    answer({
      entries: [
        { id: 'm1', score: '1' },
        { id: 'm2', score: '3' },
      ],
    }),
  )
  now += 1
  expect(registry.dead()).toEqual([{ id: 'm1', score: '1' }])
  registry.learn(answer())
  expect(registry.dead()).toEqual([])
})

test('what was suspected in another registry is forgotten', () => {
  registry.learn(answer({ entries: [{ id: 'm1', score: '1' }] }))
  registry.learn(answer({ registryId: 'r2' }))
  now += LEASE_MS
  expect(registry.dead()).toEqual([])
})
