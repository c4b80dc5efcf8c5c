import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Times are not looked at, only that there are some: a quick run measures nothing.
test('a quick run measures a channel with a server and one without, and reports them as JSON', async () => {
  const main = join(import.meta.dirname, 'revoke.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    main,
    '--quick',
    '--json',
    '--channel',
    'redis',
    '--channel',
    'sqlite',
  ])
  const figures = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(figures.map(({ channel }) => channel)).toEqual(['redis', 'sqlite'])
  for (const { processes, confirmation, cutOffLeases, hits } of figures) {
    expect(processes).toBe(2)
    expect(confirmation.median).toBeGreaterThanOrEqual(0)
    expect(cutOffLeases).toBeGreaterThan(0)
    expect(hits.beside).toBeGreaterThanOrEqual(0)
  }
})
