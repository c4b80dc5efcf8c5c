import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSources, type Source } from './source.ts'

/** What each package may import besides its own files. Nobody may import an adapter. */
const arrows: Record<string, string[]> = {
  core: ['lru-cache'],
  express: ['@bearward/core', 'express'],
  koa: ['@bearward/core', 'koa'],
  hono: ['@bearward/core', 'hono'],
  keyring: ['@bearward/core'],
  import: ['@bearward/core', '@bearward/keyring', 'csv-parse', 'node:stream'],
  sql: ['@bearward/core', '@bearward/keyring', 'kysely', 'node:crypto', 'node:sqlite', 'node:timers/promises'],
  'leak-report': ['@bearward/core'],
  cli: [
    '@bearward/console',
    '@bearward/core',
    '@bearward/import',
    '@bearward/keyring',
    '@bearward/sql',
    'commander',
    'mysql2',
    'node:',
    'pg',
  ],
  redis: ['@bearward/core'],
  console: ['@bearward/core', '@bearward/keyring', 'express', 'hono', 'koa', 'node:', 'preact', 'typebox'],
}
const adapters = ['express', 'koa', 'hono']
const packages = join(import.meta.dirname, '../../packages')

test('every package has its arrows written down', () => {
  expect(readdirSync(packages).sort()).toEqual(Object.keys(arrows).sort())
})

describe.each(Object.entries(arrows))('packages/%s/src', (name, allowed) => {
  const folder = join(packages, name, 'src')
  const sources = readSources(folder)

  test('imports only what its arrows allow', () => {
    const strays = sources.flatMap((source) =>
      source.imports
        .filter((specifier) => !isOwnFile(folder, source, specifier) && !allowed.some(isPartOf(specifier)))
        .map((specifier) => `${nameOf(source)} imports ${specifier}`),
    )
    expect(strays).toEqual([])
  })

  test('reads the time in clock.ts alone', () => {
    const readers = sources.filter(({ code }) => /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\s*\)/.test(code))
    expect(readers.map(nameOf).filter((path) => path !== 'core/src/clock.ts')).toEqual([])
  })

  test('draws no random number from Math', () => {
    expect(sources.filter(({ code }) => /\bMath\.random\b/.test(code)).map(nameOf)).toEqual([])
  })
})

describe.each(adapters)('packages/%s/src', (name) => {
  test('is one file of less than 120 lines', () => {
    const sources = readSources(join(packages, name, 'src'))
    expect(sources.map(nameOf)).toEqual([`${name}/src/index.ts`])
    expect(sources[0]?.lines).toBeLessThan(120)
  })
})

test.each(['index.ts', 'hono.ts'])('packages/console/src/%s reaches nothing of Node', (entry) => {
  const folder = join(packages, 'console/src')
  const sources = new Map(readSources(folder).map((source) => [source.path, source]))
  const reached = new Set([join(folder, entry)])
  for (const path of reached) {
    for (const specifier of sources.get(path)?.imports ?? []) {
      if (specifier.startsWith('.')) reached.add(resolve(path, '..', specifier))
    }
  }
  expect(reached.size).toBeGreaterThan(entry === 'index.ts' ? 15 : 1)
  const strays = [...reached].filter((path) => sources.get(path)?.imports.some((name) => name.startsWith('node:')))
  expect(strays).toEqual([])
})

function isOwnFile(folder: string, source: Source, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false
  const target = resolve(source.path, '..', specifier)
  if (target === join(folder, '../package.json')) return true
  return target.startsWith(`${folder}/`) && existsSync(target)
}

function isPartOf(specifier: string): (name: string) => boolean {
  return (name) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`)
}

function nameOf(source: Source): string {
  return relative(packages, source.path)
}
