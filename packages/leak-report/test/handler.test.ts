import { keyFormat, sha256 } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { beforeAll, describe, expect, test } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { githubLeakReports, type LeakReport, type LeakReportOptions } from '../src/index.ts'
import { createSigner, delivery, type Signer } from './deliveries.ts'
import vectors from './vectors.json' with { type: 'json' }

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const ours = format.generate('live')
const type = 'acme_api_key'
const url = 'https://github.com/octocat/Hello-World/blob/main/.env'

let github: Signer
beforeAll(async () => {
  github = await createSigner('key-1')
})

/** A handler over a table with one key, and what was asked of the table. */
function mount(options: Partial<LeakReportOptions> = {}) {
  const asked: { token: string; report: LeakReport }[] = []
  const failures: unknown[] = []
  const handle = githubLeakReports({
    publicKeys: async () => ({ public_keys: [github.published] }),
    revoke: (token, report) => {
      asked.push({ token, report })
      return token === ours
    },
    onFailure: (cause) => failures.push(cause),
    ...options,
  })
  return { handle, asked, failures }
}

const bodyOf = (...tokens: string[]) => JSON.stringify(tokens.map((token) => ({ token, type, url, source: 'content' })))

describe('deliveries that GitHub has signed itself', () => {
  test.each(vectors)('$source', async ({ key_identifier, key, signature, body }) => {
    const { handle, asked } = mount({ publicKeys: async () => ({ public_keys: [{ key_identifier, key }] }) })
    const headers = { 'Github-Public-Key-Identifier': key_identifier, 'Github-Public-Key-Signature': signature }
    const response = await handle(delivery(body, headers))
    expect(response.status).toBe(200)
    expect(asked.map(({ token }) => token)).toEqual(JSON.parse(body).map(({ token }: { token: string }) => token))

    const changed = await handle(delivery(body.replace('token', 'tokem'), headers))
    expect(changed.status).toBe(401)
  })
})

describe('a genuine delivery', () => {
  test('is answered in the documented form, in order, without a token', async () => {
    const { handle, asked } = mount()
    const response = await handle(await github.deliver(bodyOf('unknown', ours)))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual([
      { token_hash: await sha256().digest('unknown'), token_type: type, label: 'false_positive' },
      { token_hash: await sha256().digest(ours), token_type: type, label: 'true_positive' },
    ])
    expect(asked[1]).toEqual({ token: ours, report: { type, url, source: 'content' } })
  })

  test('that comes twice is answered alike', async () => {
    const { handle } = mount()
    const first = await (await handle(await github.deliver(bodyOf(ours, 'unknown')))).text()
    const second = await (await handle(await github.deliver(bodyOf(ours, 'unknown')))).text()
    expect(second).toBe(first)
  })

  test('with one token in several places asks about each, one after the other, and answers with one voice', async () => {
    const seen = new Set<string>()
    const running = new Set<string>()
    const { handle } = mount({
      revoke: async (token) => {
        expect(running.has(token)).toBe(false)
        running.add(token)
        await Promise.resolve()
        running.delete(token)
        const isFirst = !seen.has(token)
        seen.add(token)
        return isFirst // not idempotent, against the contract
      },
    })
    const response = await handle(await github.deliver(bodyOf(ours, ours, ours)))
    const labels = (await response.json()).map(({ label }: { label: string }) => label)
    expect(labels).toEqual(['true_positive', 'true_positive', 'true_positive'])
  })

  test('asks nobody about what is not of the format', async () => {
    const { handle, asked } = mount({ format })
    const nearMiss = `${ours.slice(0, -1)}${ours.endsWith('0') ? '1' : '0'}`
    const response = await handle(await github.deliver(bodyOf(nearMiss, ours)))
    expect(asked.map(({ token }) => token)).toEqual([ours])
    expect((await response.json())[0].label).toBe('false_positive')
  })

  test.each([
    ['a NUL', 'https://github.com/a/\0'],
    ['half of a pair', 'https://github.com/a/\ud83d'],
    ['a pair where it is cut', `${'x'.repeat(899)}😀`],
    ['no end', 'x'.repeat(100_000)],
  ])('with %s in its address is dealt with by a keyring', async (_, address) => {
    const keyring = createKeyring({ store: memoryStore(), format })
    const { token, key } = await keyring.issue({ owner: null })
    const { handle } = mount({
      // As in docs/leak-reports.md.
      revoke: async (leaked, { url }) => {
        const found = await keyring.find(leaked)
        await keyring.revoke(found?.id ?? '', { actor: 'github', reason: `leaked: ${url}` })
        return true
      },
    })
    const response = await handle(await github.deliver(JSON.stringify([{ token, type, url: address }])))
    expect(response.status).toBe(200)
    expect((await keyring.get(key.id))?.state).toBe('revoked')
    await keyring.close()
  })

  test('of nothing is answered with nothing', async () => {
    const response = await mount().handle(await github.deliver('[]'))
    expect([response.status, await response.json()]).toEqual([200, []])
  })

  test('works on no more reports at once than it is told', async () => {
    let running = 0
    let most = 0
    const { handle } = mount({
      concurrency: 3,
      revoke: async () => {
        most = Math.max(most, ++running)
        for (let turn = 0; turn < 5; turn++) await Promise.resolve()
        running--
        return true
      },
    })
    await handle(await github.deliver(bodyOf(...Array.from({ length: 20 }, (_, index) => `token${index}`))))
    expect(most).toBe(3)
  })
})

describe('a delivery is refused', () => {
  test.each([
    ['GET', async () => new Request('https://keys.example/'), 405],
    ['no headers', async () => delivery('[]', {}), 400],
    ['another key', async () => (await createSigner('key-2')).deliver(bodyOf(ours)), 401],
    [
      'the name of a key, the signature of another',
      async () => (await createSigner('key-1')).deliver(bodyOf(ours)),
      401,
    ],
    ['an identifier with a line break', () => github.deliver('[]', { 'Github-Public-Key-Identifier': 'key 1' }), 400],
    ['too long by its own account', () => github.deliver('[]', { 'Content-Length': '5242881' }), 413],
    ['too long', () => github.deliver(bodyOf('x'.repeat(5 * 1024 * 1024))), 413],
    ['no JSON', () => github.deliver('token=x'), 400],
    ['no list', () => github.deliver('{"token":"x","type":"y"}'), 400],
    ['a token that is no string', () => github.deliver('[{"token":1,"type":"y"}]'), 400],
    ['bytes that are no UTF-8', () => github.deliver(Uint8Array.of(0x5b, 0xff, 0x5d)), 400],
  ])('with %s', async (_, make, status) => {
    const { handle, asked } = mount()
    const response = await handle(await make())
    expect(response.status).toBe(status)
    expect(asked).toEqual([])
    expect(await response.text()).not.toContain(ours)
  })
})

describe('a body that does not come to its end', () => {
  /** A delivery whose headers are in order, and whose body is this stream. */
  async function deliver(body: ReadableStream<Uint8Array>): Promise<Request> {
    const { url: address, headers } = await github.deliver('[]')
    return new Request(address, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  }

  test('is refused after ten seconds, and the connection ends', async () => {
    const clock = new ManualClock()
    const { handle, failures } = mount({ clock })
    let pulls = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      pulls++
      clock.advance(1000)
      controller.enqueue(Uint8Array.of(0x5b))
    }
    const response = await handle(await deliver(new ReadableStream({ pull }, { highWaterMark: 0 })))
    expect([response.status, response.headers.get('connection')]).toEqual([408, 'close'])
    expect([pulls, clock.pending, failures]).toEqual([10, 0, []])
  })

  test('is refused as soon as it is longer than is allowed', async () => {
    const { handle } = mount({ maxBodyBytes: 1024 })
    let pulls = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      pulls++
      controller.enqueue(new Uint8Array(100))
    }
    const response = await handle(await deliver(new ReadableStream({ pull }, { highWaterMark: 0 })))
    expect([response.status, response.headers.get('connection'), pulls]).toEqual([413, 'close', 11])
  })

  test('is 400 when the client goes away, and no failure of the application', async () => {
    const { handle, failures } = mount()
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => controller.error(new Error('aborted'))
    const response = await handle(await deliver(new ReadableStream({ start })))
    expect([response.status, failures]).toEqual([400, []])
  })
})

describe('503, with Retry-After, when', () => {
  test.each<[string, Partial<LeakReportOptions>]>([
    ['the keys cannot be read', { publicKeys: () => Promise.reject(new Error('down')) }],
    ['the list of keys is none', { publicKeys: async () => ({}) as never }],
    ['revoke() throws', { revoke: () => Promise.reject(new Error('store is down')) }],
    ['revoke() does not say whether the token is known', { revoke: (() => undefined) as never }],
  ])('%s', async (_, options) => {
    const { handle, failures } = mount(options)
    const response = await handle(await github.deliver(bodyOf(ours)))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60'])
    expect(failures).toHaveLength(1)
    expect(await response.text()).not.toMatch(/down|store/)
  })

  test('one token cannot be revoked, and the others are all the same', async () => {
    const revoked: string[] = []
    const { handle } = mount({
      concurrency: 1,
      revoke: (token) => {
        if (token === 'bad') throw new Error('no')
        revoked.push(token)
        return true
      },
    })
    expect((await handle(await github.deliver(bodyOf('a', 'bad', 'b')))).status).toBe(503)
    expect(revoked).toEqual(['a', 'b'])
  })
})
