import type { ImportSummary } from '@bearward/keyring'
import { harmless } from '../harmless.ts'
import type { Output } from '../output.ts'
import { details, table } from '../table.ts'

/** What an import did, or would do, for a person to check. */
export function describeImport(output: Output, summary: ImportSummary, isDryRun: boolean): string[] {
  const { rows, imported, skipped, leftOut, rejected, refusedThere, problems, states, scopes } = summary
  const warn = (count: number): string => (count > 0 ? output.paint('red', String(count)) : '0')
  const lines: [string, string][] = [
    ['rows', String(rows)],
    [isDryRun ? 'would import' : 'imported', String(imported)],
    ['there already', String(skipped)],
    ['left out', String(leftOut)],
    ['rejected', warn(rejected)],
    ...(refusedThere > 0 ? [['refused there', warn(refusedThere)] satisfies [string, string]] : []),
    ['states', counts(states)],
    ['scopes', counts(scopes)],
    ['no scopes', String(summary.withoutScopes)],
    ['no owner', String(summary.withoutOwner)],
    ['not read', counts(summary.unread)],
  ]
  return [...details(lines, 14), ...listed(summary), ...problemTable(problems)]
}

function counts(of: Readonly<Record<string, number>>): string {
  const told = Object.entries(of).filter(([, count]) => count > 0)
  return told.map(([name, count]) => `${count} ${name}`).join(', ') || '-'
}

/** What is counted by a sentence, one in a line. */
function listed({ undecided, reasons, notes }: ImportSummary): string[] {
  const lists: [string, Readonly<Record<string, number>>][] = [
    [
      'These stop the import: they look like a state, an end or a limit of keys, or are mapped and not there.',
      undecided,
    ],
    ['Rejected because of:', reasons],
    ['Note:', notes],
  ]
  return lists
    .filter(([, names]) => Object.keys(names).length > 0)
    .flatMap(([title, names]) => {
      const rows = Object.entries(names).map(([name, count]) => `${String(count).padStart(8)}  ${harmless(name)}`)
      return ['', title, ...rows]
    })
}

function problemTable(problems: ImportSummary['problems']): string[] {
  if (problems.length === 0) return []
  const told = problems.map(({ row, foreignId, message }) => [String(row), foreignId ?? '-', message])
  return ['', ...table(['ROW', 'ID THERE', 'WHY NOT'], told)]
}

const WIDTH = 20

/** How far an import is, as one line: with a bar where it is known how much there is. */
export function describeProgress({ rows, imported, rejected }: ImportSummary, share: number | undefined): string {
  const counts = `${rows} rows, ${imported} imported${rejected > 0 ? `, ${rejected} rejected` : ''}`
  if (share === undefined) return counts
  const done = Math.round(share * WIDTH)
  return `[${'#'.repeat(done)}${' '.repeat(WIDTH - done)}] ${String(Math.floor(share * 100)).padStart(3)} %  ${counts}`
}
