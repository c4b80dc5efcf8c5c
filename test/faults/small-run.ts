import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChannelName, channels } from './channels.ts'
import type { Report } from './run.ts'

const REVOCATIONS = 12
const PROCESSES = 4
const LEASE_MS = 500

/** One strike of every fault on a channel, as tests. `npm run faults` strikes more often. */
export function testChannel(name: ChannelName): void {
  const { faults, run } = channels[name]
  const reports = new Map<string, Report>()

  beforeAll(async () => {
    const options = { revocations: REVOCATIONS, batch: REVOCATIONS, processes: PROCESSES, leaseMs: LEASE_MS }
    for (const report of await run(options)) reports.set(report.fault, report)
  }, 600_000)

  afterAll(() => {
    for (const { fault, accepted, refused, medianMs, maxMs } of reports.values())
      console.info(
        `${name}, ${fault}: ${accepted} accepted, ${refused} refused after; ${medianMs.toFixed(0)} ms, ${maxMs.toFixed(0)} at most`,
      )
  })

  test.each(faults)('$name: nobody accepts a key once revoke() has resolved, or refuses a good one', (fault) => {
    const report = reports.get(fault.name)
    expect(report?.wronglyAccepted).toEqual([])
    expect(report?.wronglyRefused).toEqual([])
    expect(report?.revocations).toBe(REVOCATIONS)
    // Otherwise nothing was tried.
    expect(report?.fromMemory).toBeGreaterThan(REVOCATIONS)
    expect(report?.refused).toBeGreaterThan(REVOCATIONS)
  })
}
