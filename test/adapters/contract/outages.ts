import type { Clock } from '@bearward/core'
import { expect, test } from 'vitest'
import type { Harness } from '../app.ts'
import { DENIED, factsOf } from '../denied.ts'
import { ask } from '../wire.ts'
import { type Answering, BROKEN, createWorld, MARK } from '../world.ts'
import { authenticated, echo, serve } from './serve.ts'

export function outages(harness: Harness): void {
  const answering: readonly Answering[] = ['at once', 'later']
  test.each(BROKEN.flatMap((token) => answering.map((when) => [token, when] as const)))(
    'a store that fails is 503 and tells nothing: %s, %s',
    async (token, when) => {
      const world = createWorld(when)
      const route = echo()
      // Optional authentication is no way round a store that is down.
      for (const optional of [false, true]) {
        const areas = [{ path: '/v1', steps: [authenticated(world, { optional })], routes: [route] }]
        const { port, faults } = await serve(harness, { areas })
        const answer = await ask(port, { path: '/v1/echo', authorization: `Bearer ${token}` })
        expect(factsOf(answer)).toEqual(DENIED.unavailable)
        expect(JSON.stringify(answer)).not.toContain(MARK)
        expect(faults).toEqual([])
      }
      expect(route.calls).toEqual([])
      expect(world.failures).toHaveLength(2)
    },
  )

  test('a store that hangs is 503 when the deadline has passed', async () => {
    const world = createWorld()
    const route = echo()
    const areas = [{ path: '/v1', steps: [authenticated(world)], routes: [route] }]
    const { port, faults } = await serve(harness, { areas })

    const held = world.hold('reader-key')
    const answer = ask(port, { path: '/v1/echo', authorization: 'Bearer reader-key' })
    await held.reached
    world.clock.passDeadline()
    expect(factsOf(await answer)).toEqual(DENIED.unavailable)

    // The late answer changes nothing, and the next request is answered.
    held.release()
    expect((await ask(port, { path: '/v1/echo?n=1', authorization: 'Bearer reader-key' })).body).toBe('reader n=1')
    expect(route.calls).toEqual(['n=1'])
    expect(world.failures.map(({ reason }) => reason)).toEqual(['resolver_timeout'])
    expect(faults).toEqual([])
  })

  test('a clock may be an object whose methods need it', async () => {
    const scheduled: number[] = []
    class CountingClock implements Clock {
      readonly #scheduled = scheduled
      now(): number {
        return 0
      }
      monotonic(): number {
        return 0
      }
      schedule(_callback: () => void, delayMs: number): () => void {
        this.#scheduled.push(delayMs)
        return () => {}
      }
    }
    const world = createWorld('later', { clock: new CountingClock() })
    const areas = [{ path: '/v1', steps: [authenticated(world)], routes: [echo()] }]
    const { port } = await serve(harness, { areas })
    const answer = await ask(port, { path: '/v1/echo?n=1', authorization: 'Bearer reader-key' })
    expect(answer).toMatchObject({ status: 200, body: 'reader n=1' })
    expect(scheduled).toEqual([5000])
  })

  test('a closed verifier answers 503', async () => {
    const world = createWorld()
    const route = echo()
    const { port } = await serve(harness, { areas: [{ path: '/v1', steps: [authenticated(world)], routes: [route] }] })
    world.verifier.close()
    expect(factsOf(await ask(port, { path: '/v1/echo', authorization: 'Bearer reader-key' }))).toEqual(
      DENIED.unavailable,
    )
    expect(route.calls).toEqual([])
  })
}
