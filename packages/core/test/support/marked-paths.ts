import { BASE62 } from '../../src/checksum.ts'
import { hmacSha256, sha256 } from '../../src/digest.ts'
import type { VerifierOptions } from '../../src/options.ts'
import type { KeyRecord } from '../../src/record.ts'
import { type NodeMessage, nodeRequest } from '../../src/request.ts'
import type { SecretHash } from '../../src/secret-hash.ts'
import { anyToken, idKeyFormat, keyFormat, pairFormat } from '../../src/token.ts'
import type { DenialCode, Verdict } from '../../src/verdict.ts'
import { createVerifier, type Verifier } from '../../src/verifier.ts'
import { ManualClock } from '../manual-clock.ts'

/** Stands in every secret that these paths carry, and nowhere else in this repository's output. */
export const MARK = 'Kq7ZmarkedXw9'

/** What stands beside an id. */
export const SECRET: string = MARK.repeat(4).slice(0, 43)

async function digestOf(text: string): Promise<string> {
  return await sha256().digest(text)
}

/** Spells the mark, where a format draws random characters. */
function spellMark(bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index++) bytes[index] = BASE62.indexOf(MARK[index % MARK.length] as string)
}

export const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'], random: spellMark })
const idFormat = idKeyFormat({ prefix: 'acme' })
/** A token of `keyFormat()`, checksum and all. */
export const TOKEN: string = format.generate('live')
const ID_TOKEN = `acme_${'i'.repeat(16)}_${SECRET}`
const PAIR_TOKEN = `acct_1:${SECRET}`
const peppers = { old: 'o'.repeat(32), new: 'n'.repeat(32) }

/** One way through the verifier, and how it must end. */
export interface Path {
  readonly name: string
  readonly ends: 'accepted' | DenialCode
  readonly options: Partial<VerifierOptions<KeyRecord, string>>
  /** What is sent: an `Authorization` value, or a request. */
  readonly send: string | readonly string[] | NodeMessage
}

/** Digests that neither a principal nor an event may show. */
export async function markedDigests(): Promise<readonly string[]> {
  const pepper = hmacSha256({ peppers, current: 'new' })
  return Promise.all([
    ...[TOKEN, ID_TOKEN, PAIR_TOKEN, SECRET].map(digestOf),
    pepper.digest(TOKEN),
    ...pepper.older.map((digest) => digest(TOKEN)),
  ])
}

/** A stand-in for scrypt where the runtime has none. */
export const digestAsSecretHash: SecretHash = {
  verify: async (secret, stored) => stored === (await digestOf(secret)),
}

export async function markedPaths(secretHash: SecretHash, storedHash: string): Promise<readonly Path[]> {
  const digest = await digestOf(TOKEN)
  const row = { id: 'key_1', owner: 'acct_1', scopes: ['posts:read'], digest }
  const bearer = `Bearer ${TOKEN}`
  const path = (
    name: string,
    ends: Path['ends'],
    resolve: VerifierOptions<KeyRecord, string>['resolve'],
    send: Path['send'] = bearer,
    options: Path['options'] = {},
  ): Path => ({ name, ends, send, options: { format, ...options, resolve } })
  const answer = (value: unknown) => () => value as KeyRecord
  const fields = (headers: Record<string, string>, url = '/'): NodeMessage => ({
    headers,
    rawHeaders: Object.entries(headers).flat(),
    url,
  })
  const clock = new ManualClock()
  return [
    path('another scheme', 'missing', answer(row), `Digest ${TOKEN}`),
    path('no scheme', 'missing', answer(row), TOKEN),
    path('two fields', 'malformed', answer(row), [bearer, bearer]),
    path('two in one field', 'malformed', answer(row), `${bearer}, ${bearer}`),
    path('a second word', 'malformed', answer(row), `${bearer} ${TOKEN}`),
    path('a control byte', 'malformed', answer(row), `${bearer}\u0000`),
    path('too long', 'malformed', answer(row), `Bearer ${TOKEN.repeat(20)}`),
    path('another prefix', 'invalid', answer(row), `Bearer other_${TOKEN}`),
    path('a bad checksum', 'invalid', answer(row), `Bearer ${TOKEN.slice(0, -1)}${TOKEN.endsWith('0') ? '1' : '0'}`),
    path('unknown', 'invalid', answer(null)),
    path('accepted', 'accepted', answer(row)),
    path('accepted later', 'accepted', async () => row),
    path('accepted and remembered', 'accepted', answer(row), bearer, { cache: { max: 9, maxStalenessMs: 1000 } }),
    path(
      'accepted under an old pepper',
      'accepted',
      (asked) => (asked === digest ? null : { id: 'key_1', digest: asked }),
      bearer,
      {
        digest: hmacSha256({ peppers, current: 'new' }),
      },
    ),
    path('accepted in any format', 'accepted', answer({ id: 'key_1' }), `Bearer ${SECRET}`, {
      format: anyToken(/^\w+$/),
    }),
    path('expired', 'invalid', answer({ ...row, expiresAt: 0 })),
    path('not valid yet', 'invalid', answer({ ...row, notBefore: Date.UTC(2200, 0, 1) })),
    path('revoked', 'invalid', answer({ ...row, revokedAt: 0 })),
    path('disabled', 'invalid', answer({ ...row, disabled: true })),
    path('of another environment', 'invalid', answer({ ...row, environment: 'test' })),
    path('refused by the application', 'invalid', answer(row), bearer, { accept: () => false }),
    path('asked of an application that throws', 'unavailable', answer(row), bearer, {
      accept: () => {
        throw new Error('the application is broken')
      },
    }),
    path('the resolver throws', 'unavailable', () => {
      throw new Error('the store is down', { cause: new Error('connection refused') })
    }),
    path('the resolver rejects with nothing', 'unavailable', () => Promise.reject(undefined)),
    path('the resolver throws a proxy that throws', 'unavailable', () => {
      throw new Proxy({}, { get: fails, getPrototypeOf: fails, ownKeys: fails })
    }),
    path(
      'the resolver hangs',
      'unavailable',
      () => {
        void Promise.resolve().then(() => clock.advance(1000))
        return new Promise(() => {})
      },
      bearer,
      { clock, deadlineMs: 1000 },
    ),
    ...[false, 0, '', 'row', [], [row], {}, { id: 7 }, { ...row, scopes: 'all' }, { ...row, expiresAt: 'never' }].map(
      (junk) => path(`the resolver answers ${JSON.stringify(junk)?.slice(0, 12)}`, 'unavailable', answer(junk)),
    ),
    path('the row throws', 'unavailable', answer(Object.defineProperty({}, 'id', { get: fails }))),
    path('the row carries another digest', 'unavailable', answer({ ...row, digest: 'f'.repeat(64) })),
    path(
      'an id key, accepted by digest',
      'accepted',
      (asked) => ({ id: 'key_1', digest: asked }),
      `Bearer ${ID_TOKEN}`,
      {
        format: idFormat,
      },
    ),
    path(
      'an id key with another secret',
      'invalid',
      answer({ id: 'key_1', digest: 'f'.repeat(64) }),
      `Bearer ${ID_TOKEN}`,
      {
        format: idFormat,
      },
    ),
    path('an id key without proof', 'unavailable', answer({ id: 'key_1' }), `Bearer ${ID_TOKEN}`, { format: idFormat }),
    path('a pair, accepted', 'accepted', answer({ id: 'key_1', secretHash: storedHash }), `Bearer ${PAIR_TOKEN}`, {
      format: pairFormat(),
      secretHash,
    }),
    path(
      'a pair with a wrong secret',
      'invalid',
      answer({ id: 'key_1', secretHash: storedHash }),
      `Bearer ${PAIR_TOKEN}x`,
      {
        format: pairFormat(),
        secretHash,
      },
    ),
    path(
      'a pair, accepted by Basic',
      'accepted',
      answer({ id: 'key_1', secretHash: storedHash }),
      `Basic ${btoa(PAIR_TOKEN)}`,
      {
        format: pairFormat(),
        secretHash,
        credentials: { basic: true },
      },
    ),
    path('Basic, token alone', 'accepted', answer(row), `Basic ${btoa(`${TOKEN}:`)}`, { credentials: { basic: true } }),
    path('Basic, unreadable', 'malformed', answer(row), `Basic ${TOKEN}!`, { credentials: { basic: true } }),
    path('a header of its own', 'accepted', answer(row), fields({ 'x-api-key': TOKEN }), {
      credentials: { header: 'X-API-Key' },
    }),
    path('two sources', 'malformed', answer(row), fields({ 'x-api-key': TOKEN, authorization: bearer }), {
      credentials: { header: 'X-API-Key' },
    }),
    path('the query', 'accepted', answer(row), fields({}, `/posts?key=${TOKEN}`), { credentials: { query: 'key' } }),
    path('the query, twice', 'malformed', answer(row), fields({}, `/posts?key=${TOKEN}&key=${TOKEN}`), {
      credentials: { query: 'key' },
    }),
    path('the query, not asked for', 'missing', answer(row), fields({}, `/posts?key=${TOKEN}`)),
    path('a digester that throws', 'unavailable', answer(row), bearer, {
      digest: { ...sha256(), digest: fails },
    }),
  ]
}

function fails(): never {
  throw new Error('this part is broken')
}

export function verifierFor(path: Path): Verifier {
  return createVerifier(path.options as VerifierOptions<KeyRecord, string>)
}

export async function walk(verifier: Verifier, { send }: Path): Promise<Verdict> {
  if (typeof send === 'string' || Array.isArray(send)) return verifier.verify(send)
  return verifier.verifyRequest(nodeRequest(send as NodeMessage))
}

/** What a program that is used wrongly with a token says; each of these throws. */
export const misuses: readonly (() => unknown)[] = [
  ...[
    TOKEN,
    { resolve: TOKEN },
    { resolve: fails, format: TOKEN },
    { resolve: fails, format: [TOKEN] },
    { resolve: fails, digest: TOKEN },
    { resolve: fails, cache: TOKEN },
    { resolve: fails, cache: { max: TOKEN, maxStalenessMs: 1 } },
    { resolve: fails, deadlineMs: TOKEN },
    { resolve: fails, realm: `${TOKEN}\n` },
    { resolve: fails, maxTokenLength: TOKEN },
    { resolve: fails, scopes: TOKEN },
    { resolve: fails, scopes: [`${TOKEN}"`] },
    { resolve: fails, scopePatterns: TOKEN },
    { resolve: fails, credentials: TOKEN },
    { resolve: fails, credentials: { header: `${TOKEN}:` } },
    { resolve: fails, secretHash: TOKEN },
    { resolve: fails, accept: TOKEN },
    { resolve: fails, clock: TOKEN },
  ].map((options) => () => createVerifier(options as unknown as VerifierOptions<KeyRecord, string>)),
  () => createVerifier({ resolve: () => null }).invalidate(TOKEN as never),
  () => createVerifier({ resolve: () => null }).invalidate({ token: TOKEN } as never),
  () => createVerifier({ resolve: () => null }).on(TOKEN as never, fails),
  () => format.hint(`${TOKEN}0`),
  () => format.hint(PAIR_TOKEN),
  () => idFormat.hint(TOKEN),
  () => format.generate(TOKEN),
  () => keyFormat({ prefix: `${TOKEN}-` }),
  () => keyFormat({ prefix: 'acme', environments: [TOKEN] }),
  () => pairFormat({ separator: TOKEN as never }),
  () => anyToken(TOKEN as never),
  () => hmacSha256({ peppers: { current: MARK }, current: 'current' }),
  () => hmacSha256({ peppers: { current: SECRET }, current: TOKEN }),
]
