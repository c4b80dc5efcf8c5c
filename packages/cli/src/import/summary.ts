import type { ImportSummary } from '@bearward/keyring'
import type { Output } from '../output.ts'
import { details, table } from '../table.ts'

/** What an import did, or would do, for a person to check. */
export function describeImport(output: Output, summary: ImportSummary, isDryRun: boolean): string[] {
  const { rows, imported, skipped, leftOut, rejected, problems, states, scopes, withoutScopes, withoutOwner } = summary
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || '-'
  const lines = [
    ['rows', String(rows)],
    [isDryRun ? 'would import' : 'imported', String(imported)],
    ['there already', String(skipped)],
    ['left out', String(leftOut)],
    ['rejected', rejected > 0 ? output.paint('red', String(rejected)) : '0'],
    ['states', counts(states)],
    ['scopes', counts(scopes)],
    ['no scopes', String(withoutScopes)],
    ['no owner', String(withoutOwner)],
  ] satisfies [string, string][]
  if (problems.length === 0) return details(lines, 14)
  const told = problems.map(({ row, foreignId, message }) => [String(row), foreignId ?? '-', message])
  return [...details(lines, 14), '', ...table(['ROW', 'ID THERE', 'WHY NOT'], told)]
}

const WIDTH = 20

/** How far an import is, as one line: with a bar where it is known how much there is. */
export function describeProgress({ rows, imported, rejected }: ImportSummary, share: number | undefined): string {
  const counts = `${rows} rows, ${imported} imported${rejected > 0 ? `, ${rejected} rejected` : ''}`
  if (share === undefined) return counts
  const done = Math.round(share * WIDTH)
  return `[${'#'.repeat(done)}${' '.repeat(WIDTH - done)}] ${String(Math.floor(share * 100)).padStart(3)} %  ${counts}`
}
