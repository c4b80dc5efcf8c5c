import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { StoreReport } from '../src/store/report.ts'

const main = fileURLToPath(new URL('../src/store/main.ts', import.meta.url))

// Times are not looked at, rows are: what finds nothing measures nothing.
test('a quick run asks every question of both databases and reports it as JSON', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--quick', '--json'])
  const report: StoreReport = JSON.parse(stdout)
  expect(report.limit).toBe(1.5)
  expect(report.engines.map(({ name }) => name)).toEqual(['SQLite', 'PostgreSQL'])
  for (const { lookup, lists } of report.engines) {
    expect(lookup.rows).toEqual([1, 1])
    const rows = Object.fromEntries(lists.map((figures) => [figures.name, figures.rows[1]]))
    expect(rows).toMatchObject({
      'list(), first page': 51,
      'list(), middle page': 51,
      "list({ environment: 'test' })": 20,
      "list({ state: 'disabled' })": 2,
      "list({ state: 'scheduled' })": 1,
      "list({ state: 'expired' })": 0,
      'list({ hint }), a whole one': 1,
    })
    for (const { small, large } of [lookup, ...lists]) expect(Math.min(small, large)).toBeGreaterThan(0)
  }
})
