import { describe, expect, test } from 'vitest'
import { readPages } from './markdown.ts'
import { packages, readSources } from './source.ts'

const sources = new Map(readSources().map((source) => [source.path, source]))
const prose = readPages()
  .filter(({ path }) => path.startsWith('docs/'))
  .map(({ text }) => text)
  .join('\n')

describe.each(packages)('packages/%s', (name) => {
  const index = sources.get(`packages/${name}/src/index.ts`)

  test('every exported name says what it is for', () => {
    const forwarded = (index?.forwards ?? []).map(({ name: exported, from, original }) => {
      const origin = sources.get(`packages/${name}/src/${from.replace('./', '')}`)
      return { exported, doc: origin?.exports.get(original) }
    })
    const declared = [...(index?.exports ?? [])].map(([exported, doc]) => ({ exported, doc }))
    const all = [...forwarded, ...declared]
    expect(all.length).toBeGreaterThan(1)
    const silent = all.filter(({ doc }) => doc === undefined)
    expect(silent.map(({ exported }) => exported)).toEqual([])
  })
})

/** What a user chooses from: the guides must speak of each. */
describe.each([
  'VerifierOptions',
  'CoherentCacheOptions',
  'BoundedCacheOptions',
  'LocalChannelOptions',
  'CredentialSources',
  'AuthenticateOptions',
  'KeyRecord',
  'Verifier',
])('%s', (name) => {
  const members = [...sources.values()].flatMap((source) => [...(source.members.get(name)?.keys() ?? [])])

  test('has members', () => expect(members.length).toBeGreaterThan(1))

  test.each(members)('%s is written about in docs', (member) => {
    expect(prose).toMatch(new RegExp(`\\b${member}\\b`))
  })
})

test('ARCHITECTURE.md names every file of core, and no other', () => {
  const page = readPages().find(({ path }) => path === 'ARCHITECTURE.md')
  const named = [...(page?.text ?? '').matchAll(/^\| `([\w-]+\.ts)` \|/gm)].map(
    ([, file]) => `packages/core/src/${file}`,
  )
  const there = [...sources.keys()].filter((path) => path.startsWith('packages/core/'))
  expect(named.sort()).toEqual(there.sort())
})
