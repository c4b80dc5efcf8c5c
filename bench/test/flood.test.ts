import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { FloodReport } from '../src/flood/report.ts'

const main = fileURLToPath(new URL('../src/flood/main.ts', import.meta.url))

// Times are not looked at, calls are: no random token gets as far as the resolver, and an unknown one does so once.
test('a quick flood refuses random tokens without asking the resolver, and asks once for one that is repeated', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--quick', '--json'])
  const report: FloodReport = JSON.parse(stdout)
  expect(report.quick).toBe(true)
  expect(report.requests.open).toBeGreaterThan(0)
  expect(Object.keys(report.answers)).toEqual(['401'])
  expect(report.resolverCalls).toEqual({ withoutFlood: 0, duringFloods: 0 })
  expect(report.validMs.p99Ratio.ofTurns).toBeGreaterThan(0)
  expect(report.repeated.requests).toBeGreaterThan(report.repeated.resolverCalls)
  expect(report.repeated.resolverCalls).toBeGreaterThan(0)
})
