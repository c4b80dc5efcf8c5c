import { keyFormat } from '@bearward/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KeyService, type RunningWorker, send, startWorker } from './workerd.ts'

// workerd itself: a request that is cancelled takes its promises and timers along.

const format = keyFormat({ prefix: 'acme' })
const service = new KeyService()
let worker: RunningWorker

beforeAll(async () => {
  worker = await startWorker('worker.ts', { KEYS: await service.start() })
})
afterAll(async () => {
  await worker.dispose()
  service.stop()
})

describe.each(['/plain', '/cached'])('a request with a key whose first client left, on %s', (path) => {
  test('is answered, whether it came before or after', async () => {
    const token = format.generate()
    service.isSlow = true
    const asked = service.nextAsked()
    const first = send(worker.origin, path, token)
    await asked
    const joined = send(worker.origin, path, token)
    const left = service.nextLeft()
    service.isSlow = false
    first.leave()
    await left
    const later = send(worker.origin, path, token)
    expect(await Promise.all([first.status, joined.status, later.status])).toEqual(['left', 200, 200])
    expect(await send(worker.origin, path, token).status).toBe(200)
  })

  test('is answered after several that read in its place have left too', async () => {
    const token = format.generate()
    service.isSlow = true
    const clients = []
    for (let client = 0; client < 3; client++) {
      const asked = service.nextAsked()
      clients.push(send(worker.origin, path, token), send(worker.origin, path, token))
      await asked
      const left = service.nextLeft()
      for (const { leave } of clients.splice(0)) leave()
      await left
    }
    service.isSlow = false
    expect(await send(worker.origin, path, token).status).toBe(200)
  })

  test('and many others are answered with few questions', async () => {
    const token = format.generate()
    service.isSlow = true
    const asked = service.nextAsked()
    const first = send(worker.origin, path, token)
    await asked
    const others = Array.from({ length: 20 }, () => send(worker.origin, path, token))
    const left = service.nextLeft()
    const before = service.asked
    service.isSlow = false
    first.leave()
    await left
    expect(new Set(await Promise.all(others.map(({ status }) => status)))).toEqual(new Set([200]))
    expect(service.asked - before).toBeLessThanOrEqual(4)
  })
})

test('a key works again after a timeout in front has answered while the store was slow', async () => {
  const token = format.generate()
  service.isSlow = true
  const asked = service.nextAsked()
  const hurried = send(worker.origin, '/hurried', token)
  await asked
  expect(await hurried.status).toBe(504)
  service.isSlow = false
  service.answerAll()
  expect(await send(worker.origin, '/hurried', token).status).toBe(200)
})

describe.each(['', '?no-context'])('a keyring made at module scope%s', (query) => {
  test('writes uses down', async () => {
    const issued = await fetch(new URL(`/issue${query}`, worker.origin), { method: 'POST' })
    const { token, key } = (await issued.json()) as { token: string; key: { id: string } }
    const read = async (): Promise<{ lastUsedAt: number | null; useStatus: string }> =>
      (await fetch(new URL(`/keys/${key.id}${query}`, worker.origin))).json() as never
    expect(await read()).toMatchObject({ lastUsedAt: null, useStatus: 'never_used' })
    // Without a context the write may die with the request; then one of the next second makes it.
    await expect
      .poll(
        async () => {
          expect(await send(worker.origin, `/own${query}`, token).status).toBe(200)
          return (await read()).useStatus
        },
        { timeout: 10_000, interval: 100 },
      )
      .toBe('used')
  })
})

test('constructors need no timer, no I/O and no random number before the first request', async () => {
  const own = await startWorker('module-scope.ts', {}, ['nodejs_compat'])
  try {
    const answer = await fetch(own.origin)
    const { before, verdicts, answers } = (await answer.json()) as {
      before: number
      verdicts: boolean[]
      answers: number[]
    }
    expect(before).toBe(0)
    // The first keyring's verifiers know its key.
    expect(verdicts.map(Number).reduce((sum, accepted) => sum + accepted)).toBe(3)
    expect(answers).toEqual([401, 405, 64])
  } finally {
    await own.dispose()
  }
})
