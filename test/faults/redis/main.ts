// npm run faults:redis -- --revocations N: revokes under each fault, and says who accepted a key afterwards.
import { parseArgs } from 'node:util'
import { faults } from './faults.ts'
import { type Report, runFaults } from './run.ts'

const { values } = parseArgs({
  options: {
    revocations: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '20' },
    processes: { type: 'string', default: '6' },
    lease: { type: 'string', default: '1000' },
    fault: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
})
const chosen = faults.filter(({ name }) => values.fault?.includes(name) ?? true)
if (chosen.length === 0) throw new TypeError(`--fault must be one of: ${faults.map(({ name }) => name).join('; ')}`)

const reports = await runFaults({
  faults: chosen,
  revocations: Number(values.revocations),
  batch: Number(values.batch),
  processes: Number(values.processes),
  leaseMs: Number(values.lease),
  onReport: show,
})
const violations = reports.reduce((sum, report) => sum + report.violations.length, 0)
if (!values.json) console.log(`${violations} acceptances began after revoke() had resolved`)
process.exitCode = violations === 0 ? 0 : 1

function show(report: Report): void {
  if (values.json) {
    console.log(JSON.stringify(report))
    return
  }
  const { fault, revocations, retries, violations, accepted, fromMemory, refused, medianMs, maxMs, recoveryMs } = report
  console.log(
    `${fault}: ${violations.length} violations in ${revocations} revocations (${retries} retries); ` +
      `${accepted} accepted before, ${fromMemory} out of memory, ${refused} refused after; ` +
      `revoke() ${medianMs.toFixed(1)} ms at the median, ${maxMs.toFixed(0)} at most; ` +
      `leases back after ${Math.max(0, recoveryMs).toFixed(0)} ms at most`,
  )
  for (const { key, process, sight, lateMs } of violations.slice(0, 5))
    console.log(`  key ${key}, ${process}, ${sight}, ${lateMs.toFixed(1)} ms late`)
}
