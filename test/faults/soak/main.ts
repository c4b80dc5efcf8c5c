// npm run soak -- --seconds N: requests, revocations and outages of the channel, while memory must stay bounded.
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { growthOf } from './growth.ts'
import { type Sample, soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    keys: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
})
if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc, as npm run soak does')
const seconds = Number(values.seconds)
if (!(seconds >= 30)) throw new TypeError('--seconds must be 30 or more')

// Without --json each sample is a line of its own.
const progress = values.json ? startProgress() : undefined
const report = await soak({
  seconds,
  leaseMs: 500,
  keys: Number(values.keys),
  outageEveryMs: 10_000,
  outageMs: 3000,
  sampleEveryMs: 5000,
  onSample: show,
})
progress?.end()
const { requests, hits, duringOutages, revocations, wrong, recoveryLeases } = report
const growth = growthOf(report.samples.map(({ heapBytes }) => heapBytes))
const slowest = Math.max(...recoveryLeases)
if (values.json) {
  console.log(JSON.stringify({ ...report, growth }))
} else {
  console.log(
    `${requests} requests, ${hits} out of memory, ${duringOutages} while the channel was down: ${wrong.length} answered wrongly\n` +
      `${revocations} revocations; ${recoveryLeases.length} outages, memory back after ${slowest.toFixed(2)} leases at most\n` +
      `heap in the last third of the time: ${growth.toFixed(3)} times that of the second`,
  )
  for (const line of wrong.slice(0, 10)) console.log(`  ${line}`)
}
// The size of a heap wavers by some hundredths.
process.exitCode = wrong.length === 0 && growth < 1.1 ? 0 : 1

function show({ seconds: at, heapBytes, requests: done, revocations: ended }: Sample): void {
  progress?.say(`${at.toFixed(0)} of ${seconds} s, ${done} requests, ${ended} revocations`)
  if (values.json) return
  const megabytes = heapBytes / 1e6
  console.log(
    `${at.toFixed(0).padStart(4)} s  ${megabytes.toFixed(1).padStart(6)} MB ${'█'.repeat(Math.round(megabytes))}  ` +
      `${done} requests, ${ended} revocations`,
  )
}
