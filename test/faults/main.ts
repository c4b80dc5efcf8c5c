// npm run faults -- --channel X --fault Y --revocations N: revokes keys under each fault, and says who accepted one afterwards.
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { type ChannelName, channels } from './channels.ts'
import { table } from './report.ts'
import type { Report } from './run.ts'

const { values } = parseArgs({
  options: {
    channel: { type: 'string', multiple: true, default: Object.keys(channels) },
    fault: { type: 'string', multiple: true },
    revocations: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '40' },
    processes: { type: 'string', default: '6' },
    lease: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
})
const names = values.channel.map(channelName)
const known = new Set(names.flatMap((name) => channels[name].faults.map((fault) => fault.name)))
for (const fault of values.fault ?? []) {
  if (!known.has(fault)) throw new TypeError(`--fault must be one of: ${[...known].join('; ')}`)
}
const revocations = whole('revocations', values.revocations)
const total = names
  .flatMap((name) => channels[name].faults)
  .filter(({ name }) => values.fault?.includes(name) ?? true).length

const reports: Report[] = []
const progress = startProgress()
for (const name of names) {
  await channels[name].run({
    faults: values.fault,
    revocations,
    batch: whole('batch', values.batch),
    processes: whole('processes', values.processes),
    leaseMs: whole('lease', values.lease),
    onBatch: (fault, done) => showProgress(`${name}: ${fault}`, done),
    onReport: (report) => {
      reports.push(report)
      if (values.json) console.log(JSON.stringify(report))
    },
  })
}
progress.end()
if (!values.json) console.log(table(reports))
if (reports.some(({ wronglyAccepted, wronglyRefused }) => wronglyAccepted.length + wronglyRefused.length > 0)) {
  process.exitCode = 1
}

function showProgress(what: string, done: number): void {
  const width = 30
  const filled = Math.round(((reports.length + done / revocations) / total) * width)
  const bar = '█'.repeat(Math.min(filled, width)).padEnd(width, '░')
  progress.say(`${bar} ${reports.length} of ${total} faults; ${what}, ${done} of ${revocations} revocations`)
}

function channelName(name: string): ChannelName {
  if (!Object.hasOwn(channels, name))
    throw new TypeError(`--channel must be one of: ${Object.keys(channels).join(', ')}`)
  return name as ChannelName
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new TypeError(`--${name} must be a whole number, 1 or more`)
  return Number(text)
}
