import { type ImportRow, KEY_STATES, UnreadColumnError } from '@bearward/keyring'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import states from '../../../test/vectors/import-state.json' with { type: 'json' }
import {
  betterAuthRow,
  drfRow,
  keypalRow,
  plainRow,
  prefixedApiKeyRow,
  type ReaderOptions,
  type Row,
  sanctumRow,
  unkeyRow,
} from '../src/index.ts'
import { setUp, VECTORS } from './support.ts'

const READERS: Readonly<Record<string, (options?: ReaderOptions) => (row: Row) => ImportRow>> = {
  unkey: unkeyRow,
  'better-auth': betterAuthRow,
  keypal: keypalRow,
  'prefixed-api-key': prefixedApiKeyRow,
  sanctum: sanctumRow,
  drf: drfRow,
  plain: plainRow,
}

interface Outcome {
  /** The state of the key, `rejected` or `stopped`. */
  readonly state: string
  readonly isAccepted: boolean
  readonly unread: readonly string[]
  readonly notes: readonly string[]
  readonly message: string | undefined
}

/** What becomes of the key of a system's first vector whose row has these columns too. */
async function importWith(system: string, row: Row, options: ReaderOptions = {}): Promise<Outcome> {
  const vector = VECTORS.find((each) => each.system === system)
  if (vector === undefined) throw new Error(`no vector of ${system}`)
  const { keyring } = setUp()
  const read = READERS[system]?.(options)
  if (read === undefined) throw new Error(`no reader of ${system}`)
  const importing = keyring.import([{ ...vector.row, ...row }], { read })
  const summary = await importing.catch((error: unknown) => {
    if (error instanceof UnreadColumnError) return error
    throw error
  })
  const isAccepted = (await keyring.verifier().verify(`Bearer ${vector.token}`)).ok
  await keyring.close()
  if (summary instanceof UnreadColumnError) {
    return { state: 'stopped', isAccepted, unread: summary.columns, notes: [], message: summary.message }
  }
  return {
    state: KEY_STATES.find((state) => summary.states[state] > 0) ?? 'rejected',
    isAccepted,
    unread: Object.keys(summary.unread),
    notes: Object.keys(summary.notes),
    message: summary.problems[0]?.message,
  }
}

describe('the state of a key', () => {
  test.each(states as { name: string; system: string; row: Row; expected: string }[])(
    '$name: $expected',
    async ({ system, row, expected }) => {
      const { state, isAccepted } = await importWith(system, row)
      expect(state).toBe(expected)
      expect(isAccepted).toBe(expected === 'active')
    },
  )

  test('every vector says where it is from', () => {
    expect(states.every(({ source }) => source.length > 5)).toBe(true)
  })
})

/** A name in every way in which systems, databases and spreadsheets write it. */
function spellings(words: string): readonly string[] {
  const parts = words.split(' ')
  const capital = parts.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
  const camel = capital.join('').replace(/^./, (letter) => letter.toLowerCase())
  const written = [parts.join('_'), parts.join('-'), parts.join(' '), parts.join(''), parts.join('.'), camel]
  const cased = [...written.map((each) => each.toUpperCase()), capital.join(' '), capital.join('')]
  return [...new Set([...written, ...cased, `\ufeff${camel}`, ` ${camel} `, `\u200b${camel}`])]
}

const NOW = Date.UTC(2026, 0, 1)

/** Whether a reader makes a key of this row that would be accepted. */
function isAccepted(row: Row): boolean {
  try {
    const { expiresAt, disabled, revoked } = plainRow()({ sha256: 'ab'.repeat(32), ...row })
    return !disabled && !revoked && Number(expiresAt ?? NOW + 1) > NOW
  } catch (error) {
    if (error instanceof TypeError || error instanceof UnreadColumnError) return false
    throw error
  }
}

describe('a column in any spelling', () => {
  test.each([
    ...['expires', 'expiry', 'expiration', 'expires at', 'key expires at', 'api key expiry date', 'valid until'],
    ...['valid to', 'not after', 'exp', 'end date', 'ends at', 'expired at', 'access token expires at', 'active until'],
    ...['expiration timestamp', 'expire time', 'ttl', 'lifetime', 'sunset', 'last valid day', 'use until'],
  ])('%s keeps what has ended refused', (words) => {
    for (const column of spellings(words)) {
      for (const ended of ['2020-01-01', 1_577_836_800, '1577836800000', 1_577_836_800_000_000n]) {
        expect(isAccepted({ [column]: ended }), column).toBe(false)
      }
    }
  })

  test.each([
    ...['revoked', 'is revoked', 'revoked at', 'revoked on', 'date revoked', 'deleted', 'is deleted', 'disabled'],
    ...['is disabled', 'blocked', 'banned', 'suspended at', 'archived', 'inactive', 'locked', 'paused', 'expired'],
    ...['user banned', 'owner deleted at', 'account suspended', 'workspace is disabled', 'used', 'is used'],
    ...['hidden', 'dead', 'voided', 'blacklisted', 'revoked by', 'ban reason', 'deactivated', 'cancelled'],
  ])('%s keeps what is refused there refused', (words) => {
    for (const column of spellings(words)) {
      for (const yes of [true, 1, 't', 'yes', '2020-01-01']) {
        expect(isAccepted({ [column]: yes }), column).toBe(false)
      }
    }
  })

  test.each([
    ...['enabled', 'is enabled', 'active', 'is active', 'valid', 'status', 'state', 'key status', 'live', 'approved'],
    ...['user active', 'owner is active', 'published', 'email verified', 'usable'],
  ])('%s keeps what is not accepted there refused', (words) => {
    for (const column of spellings(words)) {
      for (const no of [false, 0, 0n, 'f', 'no', 'N', '', null, 'revoked', 'maybe', [], {}]) {
        expect(isAccepted({ [column]: no }), column).toBe(false)
      }
    }
  })
})

describe('columns that no reader knows', () => {
  test('are named, and those that look like a state stop the import', async () => {
    const others = { colour: 'red', updated_at: '2026-01-01', nested: { a: 1 }, last_active_at: 'x', last_used_ip: 'x' }
    expect(await importWith('plain', others)).toMatchObject({
      state: 'active',
      unread: ['colour', 'updated_at', 'nested', 'last_active_at', 'last_used_ip'],
    })
    expect(await importWith('plain', { ttl: 1, roles: 'a', colour: 'red' })).toMatchObject({
      state: 'stopped',
      unread: ['ttl', 'roles'],
      message: 'columns that look like a state, an end or a limit of keys are not read: ttl, roles',
    })
  })

  test('can be passed over in any spelling, and are named then too', async () => {
    const row = { key_ttl: 1, details: { status: 'odd', other: { blocked: 1 } } }
    const ignore = ['KeyTTL', 'details.Status', 'details.other']
    const { state, unread } = await importWith('plain', row, { ignore })
    expect(state).toBe('active')
    expect(unread).toEqual(['key_ttl', 'details'])
    expect(await importWith('plain', row, { ignore: ['key_ttl', 'details'] })).toMatchObject({ state: 'active' })
    const metadata = { metadata: { status: 'beta' } }
    expect(await importWith('plain', metadata, { ignore: ['metadata.status'] })).toMatchObject({ unread: [] })
  })

  test.each<[Record<string, string>, Row, string]>([
    [{ 'Gültig bis': 'expiresAt' }, { gültig_bis: '2020-01-01' }, 'expired'],
    [{ gültigBis: 'expiresAt' }, { gültig_bis: '2099-01-01', expires: '2020-01-01' }, 'expired'],
    [{ gültigBis: 'expiresAt' }, { gültig_bis: '2020-01-01', expires: '2099-01-01' }, 'expired'],
    [{ 'konto.gesperrt': 'disabled' }, { konto: { gesperrt: 1 } }, 'disabled'],
    [{ 'konto.gesperrt': 'disabled' }, { konto: '{"gesperrt":"yes"}' }, 'disabled'],
    [{ 'konto.gesperrt': 'disabled' }, { 'konto.gesperrt': 'x' }, 'rejected'],
    [{ 'metadata.until': 'expiresAt' }, { metadata: { until: '2020-01-01' } }, 'expired'],
    [{ lage: 'status' }, { lage: 'revoked' }, 'revoked'],
    [{ lage: 'status' }, { lage: 'odd' }, 'rejected'],
    [{ kunde: 'owner' }, { kunde: 'acct_9' }, 'active'],
  ])('mapped by %j are read: %j', async (map, row, expected) => {
    expect(await importWith('plain', row, { map })).toMatchObject({ state: expected })
  })

  test('that are mapped and in no row stop the import, since their name is misspelt', async () => {
    const { keyring } = setUp()
    const row = VECTORS.find(({ system }) => system === 'plain')?.row ?? {}
    const rows = [row, { ...row, gueltig: '2020-01-01' }]
    const read = plainRow({ map: { gultig: 'expiresAt' } })
    await expect(keyring.import(rows, { read })).rejects.toThrow('no row has the column gultig, which is mapped')
    expect((await keyring.import(rows, { read, dryRun: true })).undecided).toEqual({ gultig: 2 })
    // Objects leave out what they do not have.
    const right = await keyring.import(rows, { read: plainRow({ map: { gueltig: 'expiresAt' } }) })
    expect(right).toMatchObject({ imported: 1, skipped: 1 })
  })

  test('that a function of the caller looks at are not named, and stop the import all the same', async () => {
    const owner = (row: Row): string => `${String(row.tenant)}${String(row.ttl)}`
    expect(await importWith('plain', { tenant: 'a' }, { owner })).toMatchObject({ unread: ['owner'], state: 'active' })
    expect(await importWith('plain', { tenant: 'a', ttl: 1 }, { owner })).toMatchObject({ state: 'stopped' })
  })

  test('have names that never repeat a key, as those of a file without a heading would', async () => {
    const key = 'sk0abcd1abcdef0123456789'
    const { unread } = await importWith('plain', { [key]: 'x', [`a${'_b'.repeat(40)}`]: 'x', '': 'x' })
    expect(unread).toEqual(['sk0abc…', 'a_b_b_…', '(no name)'])
  })
})

test('a value with more in it than can be looked at rejects its row', async () => {
  const members = Array.from({ length: 600 }, (_, index) => [`member${index}`, index])
  const deep = Array.from({ length: 30 }).reduce<unknown>((inner) => ({ a: inner }), { revoked: true })
  for (const details of [{ ...Object.fromEntries(members), revoked: true }, deep]) {
    expect(await importWith('plain', { details })).toMatchObject({
      state: 'rejected',
      message: expect.stringMatching(/^details(?:\.a)*: must /),
    })
    expect(await importWith('plain', { metadata: details })).toMatchObject({ state: 'rejected' })
  }
})

describe('limits', () => {
  test('that are not taken over are counted, and can be passed over', async () => {
    const row = { remaining: 5, refillAmount: 9, rateLimitEnabled: 1, rateLimitMax: 10 }
    expect((await importWith('better-auth', row)).notes).toEqual([
      'the rate limit is not taken over',
      'the refill of uses is not taken over',
      'the limit of uses is not taken over: remaining',
    ])
    const off = { rateLimitEnabled: 0, rateLimitMax: 10 }
    expect((await importWith('better-auth', off)).notes).toEqual([])
    expect((await importWith('better-auth', { remaining: 5 }, { ignore: ['remaining'] })).notes).toEqual([])
  })
})

test('names of any length are read in time that grows with them', async () => {
  const rows: Row[] = [
    { [`expires${'ms'.repeat(30)}x`]: 1 },
    { [`expires_at_${'ms'.repeat(100_000)}`]: 1 },
    { [`${'user'.repeat(50_000)}banned!`]: true },
    { ['a'.repeat(400_000)]: 1 },
    Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`ttl ${index}`, 1])),
  ]
  const states: string[] = []
  for (const row of rows) {
    const { state, message = '' } = await importWith('plain', row)
    states.push(state)
    expect(message.length).toBeLessThan(1000)
  }
  expect(states).toEqual(['stopped', 'stopped', 'stopped', 'active', 'stopped'])
})

test('an expiration of Sanctum that was not given is noted, and none is where it was said', async () => {
  expect((await importWith('sanctum', {})).notes).toEqual(['sanctum.expiration was not given, and is taken for none'])
  expect((await importWith('sanctum', {}, { expirationMinutes: null } as ReaderOptions)).notes).toEqual([])
})

test('a date without a zone is taken for UTC, and that is said', async () => {
  const { notes } = await importWith('plain', { expires: '2099-01-01 00:00:00' })
  expect(notes).toEqual(['a date without a zone was taken for UTC'])
  expect((await importWith('plain', { expires: '2099-01-01 00:00:00+00' })).notes).toEqual([])
})

test('values of any kind in any column never make a reader fail otherwise than by rejecting or stopping', async () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('status', 'expires', 'enabled', 'metadata', 'remaining', 'revoked', 'user', 'owner', 'scopes'),
  )
  const value = fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value), async (row) => {
      const { state } = await importWith('plain', row)
      expect([...KEY_STATES, 'rejected', 'stopped']).toContain(state)
    }),
    { numRuns: 100 },
  )
})

describe('options of readers', () => {
  test.each([
    [{ map: { a: 'nothing' } }, 'option `map` must be an object from column to one of token, key'],
    [{ map: [] as never }, undefined],
    [{ map: 7 as never }, 'option `map`'],
    [{ map: null as never }, 'option `map`'],
    [{ ignore: 'a' as never }, 'option `ignore` must be a list of columns'],
    [{ ignore: [7] as never }, 'option `ignore`'],
    [{ owner: 'a' as never }, 'option `owner` must be a function'],
  ])('%o', (options, message) => {
    if (message === undefined) expect(() => plainRow(options)).not.toThrow()
    else expect(() => plainRow(options)).toThrow(`plainRow: ${message}`)
  })

  test('are checked by each reader, by its own name', () => {
    for (const [system, reader] of Object.entries(READERS)) {
      expect(() => reader({ ignore: 7 as never }), system).toThrow(/^\w+Row: option `ignore`/)
    }
  })
})
