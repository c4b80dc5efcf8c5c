import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { PageView } from '../src/page/view.ts'
import { assets, renderPage } from '../src/page.ts'

/** What a visitor's browser loads of script, compressed, at most. */
const MOST_SCRIPT_BYTES = 24_000

const session = {
  actor: 'alice',
  view: 'operator',
  owner: null,
  scopes: ['posts:read'],
  environments: ['live', 'test'],
  metadata: 'write',
} as const
const key = {
  id: 'key_1',
  hint: 'acme_live_4fTq…',
  name: 'CI & <b>deploy</b></script>',
  owner: 'acct_1',
  environment: 'live',
  scopes: ['posts:read'],
  metadata: { team: '<!--' },
  state: 'active',
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  notBefore: null,
  expiresAt: '2026-04-01T00:00:00.000Z',
  disabledAt: null,
  revokedAt: null,
  endedAt: null,
  graceEndsAt: null,
  rotatedFrom: null,
  rotatedTo: null,
  lastUsedAt: '2026-01-02T09:30:00.000Z',
  lastUsedFrom: '203.0.113.7',
  useStatus: 'used',
} as const
const common = { basePath: '/settings/keys', now: '2026-01-03T00:00:00.000Z', session } as const
const usage = { days: [{ day: '2026-01-02', uses: 7 }], addresses: [], lastUsedAt: null, lastUsedFrom: null }
const problem = {
  type: 'about:blank',
  title: 'Not found',
  status: 404,
  code: 'not_found',
  detail: 'There is no such key.',
}
const views: PageView[] = [
  { ...common, name: 'list', query: { search: '"><b>' }, keys: [key], next: 'abc' },
  { ...common, name: 'new' },
  { ...common, name: 'key', key, usage, audit: { entries: [], next: null }, cursor: null },
  { ...common, name: 'problem', session: null, problem },
]

describe.each(views)('the page $name', (view) => {
  const { html } = renderPage(view)

  test('holds no script, style or handler of its own', () => {
    expect(html).toMatch(/^<!doctype html><html lang="en">/)
    const scripts = html.match(/<script[^>]*>/g)
    expect(scripts).toEqual([
      expect.stringMatching(/^<script type="module" src="\/settings\/keys\/assets\/console-[\w-]{8}\.js">$/),
      '<script type="application/json" id="view">',
    ])
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i)
  })

  test('holds what it was made of, in a block that nothing in it can end', () => {
    const [, block = ''] = /<script type="application\/json" id="view">(.*?)<\/script>/s.exec(html) ?? []
    expect(block).not.toContain('<')
    expect(JSON.parse(block)).toEqual(view)
    expect(html).not.toContain('<b>')
  })

  test('is not shown before it is whole', () => {
    expect(html).toContain('<link rel="expect" href="#view" blocking="render"/>')
    expect(html).toMatch(/<script type="application\/json" id="view">[^<]*<\/script><\/body><\/html>$/)
  })

  test('names files that there are, and nothing outside of the mount', () => {
    const addresses = Array.from(html.matchAll(/\s(?:src|href|action)="([^"]*)"/g), ([, address = '']) => address)
    for (const address of addresses) expect(address).toMatch(/^(?:\/settings\/keys(?:$|[/?])|#(?:main|view)$)/)
    const files = addresses.filter((address) => address.includes('/assets/'))
    expect(files.map((address) => address.replace('/settings/keys/assets/', '')).sort()).toEqual(
      [...assets.keys()].sort(),
    )
  })
})

test('the times of a page are those of the server, in UTC', () => {
  const { html } = renderPage(views[0] as PageView)
  expect(html).toContain('14 hours ago')
  expect(html).toContain('1 Apr 2026')
})

test('a key without a use on record is not said to be unused where that is not known', () => {
  const textOf = (useStatus: 'never_used' | 'not_recorded_yet', name: 'list' | 'key'): string => {
    const entry = { ...key, lastUsedAt: null, lastUsedFrom: null, useStatus }
    const view: PageView =
      name === 'list'
        ? { ...common, name, query: {}, keys: [entry], next: null }
        : { ...common, name, key: entry, usage, audit: { entries: [], next: null }, cursor: null }
    return renderPage(view).html
  }
  expect(textOf('never_used', 'list')).toContain('Never used')
  expect(textOf('not_recorded_yet', 'list')).toContain('Not recorded yet')
  expect(textOf('not_recorded_yet', 'list')).not.toContain('Never used')
  expect(textOf('not_recorded_yet', 'key')).toContain('Not recorded yet')
  expect(textOf('never_used', 'key')).not.toContain('Not recorded yet')
})

test('the script is small, and says nothing of the machine that built it', () => {
  const scripts = [...assets].filter(([name]) => name.endsWith('.js'))
  expect(scripts).toHaveLength(1)
  for (const [, { body, type }] of scripts) {
    expect(type).toBe('text/javascript; charset=utf-8')
    expect(gzipSync(body).length).toBeLessThan(MOST_SCRIPT_BYTES)
    expect(body).not.toMatch(/fileName|node_modules/)
  }
})
