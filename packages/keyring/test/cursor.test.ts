import { describe, expect, it } from 'vitest'
import { codeOf, NOW, setUp } from './support/keyring.ts'

const encode = (text: string): string => Buffer.from(text).toString('base64url')
const place = (createdAt: unknown, id: unknown): string => encode(JSON.stringify([createdAt, id]))

/** Cursors of `list()` that no list has given out. */
const OF_LIST: readonly unknown[] = [
  '',
  ' ',
  '0',
  '5',
  '-1',
  'NaN',
  'null',
  'undefined',
  '[]',
  '%00',
  '\0',
  '\ud800',
  'é',
  '====',
  'a'.repeat(401),
  'a'.repeat(1_000_000),
  encode(''),
  encode('null'),
  encode('1'),
  encode('{}'),
  encode('[]'),
  encode('[1]'),
  encode('"key_1"'),
  encode(`{"0":${NOW},"1":"key_1","length":2}`),
  encode('['.repeat(250)),
  encode('[1e400,"key_1"]'),
  encode('[1e300,"key_1"]'),
  encode('[9007199254740993,"key_1"]'),
  encode('[9223372036854775808,"key_1"]'),
  encode('[-9223372036854775809,"key_1"]'),
  encode('[8640000000000001,"key_1"]'),
  encode('[-0,"key_1"]'),
  encode('[1.0,"key_1"]'),
  encode('[1e3,"key_1"]'),
  encode(`[${NOW}, "key_1"]`),
  encode(`[${NOW},"key\\u005f1"]`),
  encode(`[${NOW},"key_1"] `),
  place(1.5, 'key_1'),
  place(null, 'key_1'),
  place(String(NOW), 'key_1'),
  place(true, 'key_1'),
  place([NOW], 'key_1'),
  place(NOW, ''),
  place(NOW, 1),
  place(NOW, null),
  place(NOW, ['key_1']),
  place(NOW, 'key\0'),
  place(NOW, '\0'),
  place(NOW, '\ud800'),
  place(NOW, 'é'),
  place(NOW, 'key 1'),
  place(NOW, "' or 1=1 --"),
  place(NOW, 'a'.repeat(65)),
  encode(JSON.stringify([NOW, 'key_1', 1])),
  `${place(NOW, 'key_1')}=`,
  `${place(NOW, 'key_1')}A`,
  ` ${place(NOW, 'key_1')}`,
  `${place(NOW, 'key_1')}\n`,
  Buffer.from(JSON.stringify([NOW, 'key_>>>?'])).toString('base64'),
  Buffer.from([0xff, 0xfe, 0x00]).toString('base64url'),
  null,
  0,
  5,
  Number.NaN,
  {},
  ['1'],
  place,
]

/** Cursors of `audit()` that no page has given out. */
const OF_AUDIT: readonly unknown[] = [
  '',
  '0',
  '00',
  '01',
  '-1',
  '+1',
  '1.0',
  '1e3',
  '0x10',
  ' 1',
  '1 ',
  '1\n',
  '1\0',
  '\0',
  '١',
  'NaN',
  'Infinity',
  'null',
  '9'.repeat(16),
  '9007199254740993',
  '9223372036854775808',
  '9'.repeat(400),
  place(NOW, 'key_1'),
  null,
  0,
  1,
  -1,
  Number.NaN,
  1n,
  {},
  ['1'],
]

describe('a cursor that is made up', () => {
  it.each(OF_LIST.map((cursor, index) => [index, cursor] as const))(
    'is refused by list(): no. %i',
    async (_, cursor) => {
      const { keyring } = setUp()
      await keyring.issue({ owner: null })
      const read = keyring.list({ cursor } as never)
      expect(await codeOf(read)).toBe('invalid_input cursor')
      await expect(read).rejects.toThrow('cursor: must be the `next` of a page before')
    },
  )

  it.each(OF_AUDIT.map((cursor, index) => [index, cursor] as const))(
    'is refused by audit(): no. %i',
    async (_, cursor) => {
      const { keyring } = setUp()
      await keyring.issue({ owner: null })
      expect(await codeOf(keyring.audit({ cursor } as never))).toBe('invalid_input cursor')
    },
  )
})

it('the cursor of one list is refused by the other', async () => {
  const { keyring } = setUp()
  for (let index = 0; index < 3; index++) await keyring.issue({ owner: null })
  const { next: ofKeys } = await keyring.list({ limit: 1 })
  const { next: ofEntries } = await keyring.audit({ limit: 1 })
  expect(await codeOf(keyring.audit({ cursor: ofKeys ?? '' }))).toBe('invalid_input cursor')
  expect(await codeOf(keyring.list({ cursor: ofEntries ?? '' }))).toBe('invalid_input cursor')
})

it('a cursor that a list has given out works for every id and time of its key', async () => {
  const { keyring, clock } = setUp()
  const ids = ['a', '!~"\\<>&', '%00', '~'.repeat(64), '\\'.repeat(64)]
  for (const id of ids) {
    clock.advance(1)
    await keyring.issue({ owner: null, id })
  }
  const seen: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await keyring.list({ limit: 1, cursor })
    seen.push(...page.keys.map(({ id }) => id))
    if (page.next === null) break
    cursor = page.next
  }
  expect(seen).toEqual(ids.toReversed())
})

it('a place that no key holds is a place too: the keys after it are listed', async () => {
  const { keyring } = setUp()
  await keyring.issue({ owner: null, id: 'key_1' })
  for (const time of [8.64e15, NOW + 1]) {
    expect((await keyring.list({ cursor: place(time, 'key_0') })).keys.map(({ id }) => id)).toEqual(['key_1'])
  }
  for (const time of [-8.64e15, -1, 0, NOW - 1]) {
    expect((await keyring.list({ cursor: place(time, 'key_9') })).keys).toEqual([])
  }
  expect((await keyring.audit({ cursor: '999999999999999' })).entries.length).toBe(1)
})
