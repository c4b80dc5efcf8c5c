import { expect, test } from 'vitest'
import type { Harness } from '../app.ts'
import { ask } from '../wire.ts'
import { type Answering, createWorld } from '../world.ts'
import { authenticated, echo, serve } from './serve.ts'

const LOOPBACK = /^(?:::ffff:)?127\.0\.0\.1$/

export function addresses(harness: Harness): void {
  test.each<Answering>(['at once', 'later'])('`accepted` tells from where a key was used: %s', async (when) => {
    const world = createWorld(when)
    const heard: (string | undefined)[] = []
    world.verifier.on('accepted', ({ address }) => heard.push(address))
    const areas = [{ path: '/v1', steps: [authenticated(world)], routes: [echo()] }]
    const { port } = await serve(harness, { areas })
    await ask(port, { path: '/v1/echo', authorization: 'Bearer reader-key' })
    await ask(port, { path: '/v1/echo', authorization: 'Bearer unknown-key' })
    expect(heard).toEqual([expect.stringMatching(LOOPBACK)])
  })
}
