import { afterAll, beforeAll, expect, test } from 'vitest'
import { faults } from './faults.ts'
import { type Report, runFaults } from './run.ts'

const REVOCATIONS = 24
const reports = new Map<string, Report>()

beforeAll(async () => {
  const options = { faults, revocations: REVOCATIONS, batch: 12, processes: 6, leaseMs: 500 }
  for (const report of await runFaults(options)) reports.set(report.fault, report)
}, 600_000)

afterAll(() => {
  for (const { fault, accepted, refused, medianMs, maxMs } of reports.values())
    console.info(
      `${fault}: ${accepted} accepted, ${refused} refused after; ${medianMs.toFixed(0)} ms, ${maxMs.toFixed(0)} at most`,
    )
})

test.each(faults)('$name: nobody accepts a key once revoke() has resolved', ({ name }) => {
  const report = reports.get(name)
  expect(report?.violations).toEqual([])
  expect(report?.revocations).toBe(REVOCATIONS)
  // Otherwise nothing was tried.
  expect(report?.fromMemory).toBeGreaterThan(REVOCATIONS)
  expect(report?.refused).toBeGreaterThan(REVOCATIONS)
})
