import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channelNames, channels } from './channels.ts'
import type { Report } from './run.ts'

// One strike of every fault on every channel; `npm run faults` strikes more often.
const REVOCATIONS = 8
const OPTIONS = { revocations: REVOCATIONS, batch: REVOCATIONS, processes: 3, leaseMs: 400 }
const reports: Report[] = []

// All channels at the same time: most of it is waiting for leases to run out.
beforeAll(async () => {
  const runs = await Promise.all(channelNames.map((name) => channels[name].run(OPTIONS)))
  reports.push(...runs.flat())
}, 600_000)

afterAll(() => {
  for (const { channel, fault, accepted, refused, medianMs, maxMs } of reports)
    console.info(
      `${channel}, ${fault}: ${accepted} accepted, ${refused} refused after; ${medianMs.toFixed(0)} ms, ${maxMs.toFixed(0)} at most`,
    )
})

describe.each(channelNames)('%s', (channel) => {
  test.each(channels[channel].faults)('$name: no revoked key is accepted, and no good one refused', ({ name }) => {
    const report = reports.find((each) => each.channel === channel && each.fault === name)
    expect(report?.wronglyAccepted).toEqual([])
    expect(report?.wronglyRefused).toEqual([])
    expect(report?.revocations).toBe(REVOCATIONS)
    // Otherwise nothing was tried.
    expect(report?.fromMemory).toBeGreaterThan(REVOCATIONS)
    expect(report?.refused).toBeGreaterThan(REVOCATIONS)
  })
})
