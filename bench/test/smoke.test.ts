import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Report } from '../src/report.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

// Runs every candidate a few times, each of which counts that its requests ended as they should. Times are not looked at.
test('a quick run measures everything and reports it as JSON', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--quick', '--json'])
  const report: Report = JSON.parse(stdout)

  expect(report.quick).toBe(true)
  expect(report.hit.limit).toBe(1.5)
  for (const { name, keys, holdsToMinimum, holdsToUnread } of report.hit.promised) {
    const row = report.hit.rows.find((other) => other.name === name && other.keys === keys)
    expect(holdsToMinimum).toBe((row?.toMinimum ?? 0) <= 1.5)
    expect(holdsToUnread).toBe((row?.toUnread ?? 0) <= 1.5)
  }
  expect(report.hit.promised.map(({ keys, name }) => `${keys} ${name}`)).toEqual([
    '1 verify()',
    '1 verify() with keyFormat',
    '100 verify()',
    '100 verify() with keyFormat',
  ])
  expect(report.hit.rows.map(({ keys, name }) => `${keys} ${name}`)).toEqual([
    '1 minimum by hand',
    '1 by hand, grammar unread',
    '1 by hand with lru-cache',
    '1 verify()',
    '1 verify() with keyFormat',
    '100 minimum by hand',
    '100 by hand, grammar unread',
    '100 by hand with lru-cache',
    '100 verify()',
    '100 verify() with keyFormat',
  ])
  expect(report.refusals.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['missing', 'malformed', 'wrong checksum', 'unknown key']),
  )
  expect(new Set(report.linearity.map(({ maxTokenLength }) => maxTokenLength))).toEqual(new Set([512, 8192]))
  for (const { nanoseconds } of report.linearity) expect(Object.keys(nanoseconds)).toEqual(['256', '512'])
  expect(namesOf(report, 'express')).toEqual(
    expect.arrayContaining(['minimum by hand', '@bearward/express', 'passport-http-bearer + hash + map']),
  )
  expect(namesOf(report, 'koa')).toEqual(expect.arrayContaining(['minimum by hand', '@bearward/koa']))
  expect(namesOf(report, 'hono')).toEqual(
    expect.arrayContaining(['minimum by hand', '@bearward/hono', 'hono/bearer-auth, one token']),
  )
  const figures = [...report.hit.rows, ...report.refusals].flatMap((row) => [row.nanoseconds, row.toMinimum])
  expect(figures.every((figure) => figure > 0)).toBe(true)
})

function namesOf({ frameworks }: Report, framework: keyof Report['frameworks']): string[] {
  return frameworks[framework].map(({ name }) => name)
}
