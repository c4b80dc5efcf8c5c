import type { Report } from './run.ts'

/** Violations that are shown one by one, of each fault. */
const SHOWN = 5

/** What came of each fault, as a table of Markdown; violations below it. */
export function table(reports: readonly Report[]): string {
  const head = [
    'channel',
    'fault',
    'revocations',
    'strikes',
    'wrongly accepted',
    'wrongly refused',
    'rightly accepted',
    'of these from memory',
    'rightly refused',
    '503',
    'retries',
    '`revoke()`, median',
    'at most',
    'leases back after',
  ]
  const rows = reports.map((report) => [
    report.channel,
    report.fault,
    ...[report.revocations, report.strikes, report.wronglyAccepted.length, report.wronglyRefused.length].map(String),
    ...[report.accepted, report.fromMemory, report.refused, report.unavailable, report.retries].map(String),
    ...[report.medianMs, report.maxMs, Math.max(0, report.recoveryMs)].map((ms) => `${ms.toFixed(0)} ms`),
  ])
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [...lines, '', ...reports.flatMap(violations), summary(reports)].join('\n')
}

function violations({ channel, fault, wronglyAccepted, wronglyRefused }: Report): string[] {
  return [...wronglyAccepted.slice(0, SHOWN), ...wronglyRefused.slice(0, SHOWN)].map(
    ({ key, process, sight, lateMs }) =>
      `${channel}, ${fault}: key ${key}, ${process}, ${sight}${lateMs === undefined ? '' : `, ${lateMs.toFixed(1)} ms late`}`,
  )
}

function summary(reports: readonly Report[]): string {
  const sum = (of: (report: Report) => number): number => reports.reduce((total, report) => total + of(report), 0)
  const accepted = sum(({ wronglyAccepted }) => wronglyAccepted.length)
  const refused = sum(({ wronglyRefused }) => wronglyRefused.length)
  return (
    `${sum(({ revocations }) => revocations)} revocations: ${accepted} acceptances began after revoke() had resolved, ` +
    `${refused} keys that were good were refused as invalid`
  )
}
