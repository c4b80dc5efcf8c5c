import { expect, test } from 'vitest'
import type { Harness, Route } from '../app.ts'
import { factsOf } from '../denied.ts'
import { ask } from '../wire.ts'
import { type Answering, createWorld } from '../world.ts'
import { allOf, authenticated, echo, serve } from './serve.ts'

export function faults(harness: Harness): void {
  const answering: readonly Answering[] = ['at once', 'later']
  const errors = [
    ['an error', new Error('the application broke')],
    ['an error that looks like a denial', Object.assign(new Error('mine'), { status: 401, code: 'invalid' })],
  ] as const

  test.each(errors.flatMap(([name, error]) => answering.map((when) => [name, when, error] as const)))(
    'the application’s own fault goes to the error handler untouched: %s, the store answering %s',
    async (_, when, error) => {
      const throws: Route = {
        path: '/throws',
        handler() {
          throw error
        },
      }
      const rejects: Route = { path: '/rejects', handler: () => Promise.reject(error) }
      const scoped: Route = { ...throws, path: '/scoped', steps: [allOf('posts:read')] }
      for (const options of [{}, { optional: true }, { onDenied: 'own' as const }]) {
        const steps = [authenticated(createWorld(when), options)]
        const areas = [{ path: '/v1', steps, routes: [throws, rejects, scoped] }]
        const running = await serve(harness, { areas })
        for (const path of ['/v1/throws', '/v1/rejects', '/v1/scoped']) {
          const answer = await ask(running.port, { path, authorization: 'Bearer reader-key' })
          expect(factsOf(answer)).toMatchObject({ status: 500, challenge: [], body: 'fault' })
        }
        expect(running.faults).toHaveLength(3)
        for (const fault of running.faults) expect(fault).toBe(error)
      }
    },
  )

  test('an answer of the application is not touched, whatever its status', async () => {
    const route: Route = { path: '/own', handler: () => ({ status: 401, text: 'mine' }) }
    const areas = [{ path: '/v1', steps: [authenticated(createWorld())], routes: [route, echo()] }]
    const { port } = await serve(harness, { areas })
    const answer = await ask(port, { path: '/v1/own', authorization: 'Bearer reader-key' })
    expect(factsOf(answer)).toMatchObject({ status: 401, challenge: [], body: 'mine' })
  })
}
