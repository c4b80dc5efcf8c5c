import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('../src/scan.ts', import.meta.url))

// Both must find every key of the tree, or the run fails. Times are not looked at.
test('a small run measures a scan beside grep, and reports it as JSON', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--json', '--megabytes', '8', '--rounds', '1'])
  const { seconds, ratio, ...rest } = JSON.parse(stdout)
  expect(rest).toMatchObject({ megabytes: 8, rounds: 1, limit: null })
  expect(Object.keys(seconds)).toEqual(['grep -rE', 'bearward scan'])
  expect(ratio).toBeGreaterThan(0)
})
