import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { githubLeakReports } from '../src/index.ts'
import { createSigner, delivery, type Signer } from './deliveries.ts'

let github: Signer
let handle: (request: Request) => Promise<Response>
let asked = 0

beforeAll(async () => {
  github = await createSigner('key-1')
  handle = githubLeakReports({
    publicKeys: async () => ({ public_keys: [github.published] }),
    revoke: () => ++asked > 0,
    onFailure: (cause) => {
      throw cause
    },
  })
})

const report = JSON.stringify([{ token: 'x', type: 'y', url: '', source: 'commit' }])

test('a signature of one changed character convinces nobody', async () => {
  const field = (await github.deliver(report)).headers.get('github-public-key-signature') ?? ''
  const places = fc.nat(field.length - 1)
  const characters = fc.constantFrom(
    ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= '),
  )
  await fc.assert(
    fc.asyncProperty(places, characters, async (place, character) => {
      fc.pre(field[place] !== character)
      const changed = field.slice(0, place) + character + field.slice(place + 1)
      fc.pre(atobOrNothing(changed) !== atobOrNothing(field)) // the last character has bits that base64 does not use
      const headers = { 'Github-Public-Key-Identifier': 'key-1', 'Github-Public-Key-Signature': changed }
      expect([400, 401]).toContain((await handle(delivery(report, headers))).status)
    }),
    { numRuns: 300 },
  )
  expect(asked).toBe(0)
})

test('a body of one changed byte convinces nobody', async () => {
  const headers = Object.fromEntries((await github.deliver(report)).headers)
  const bytes = new TextEncoder().encode(report)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
      const changed = Uint8Array.from(bytes)
      changed[place] = (changed[place] as number) ^ change
      expect((await handle(delivery(changed, headers))).status).toBe(401)
    }),
    { numRuns: 300 },
  )
  expect(asked).toBe(0)
})

test('whatever is in the headers, the answer is a refusal and no rejection', async () => {
  const text = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  await fc.assert(
    fc.asyncProperty(text, text, async (identifier, signature) => {
      const headers = { 'Github-Public-Key-Identifier': identifier, 'Github-Public-Key-Signature': signature }
      expect([400, 401]).toContain((await handle(delivery(report, headers))).status)
    }),
  )
})

test('whatever is in a genuine body, the answer is a list or a refusal', async () => {
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `[${json}]`),
  )
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      expect([200, 400]).toContain((await handle(await github.deliver(body))).status)
    }),
  )
})

function atobOrNothing(text: string): string | undefined {
  try {
    return atob(text)
  } catch {
    return undefined
  }
}
