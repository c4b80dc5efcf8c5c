import manifest from '../../package.json' with { type: 'json' }
import { harmless } from '../harmless.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'
import type { Coverage } from './coverage.ts'
import type { Finding } from './finding.ts'
import { sarifLog } from './sarif.ts'
import { describeSkipped, verdict } from './verdict.ts'

/** The prefix that was searched for. */
export interface Searched {
  readonly prefix: string
  /** The place in a file that names it, where neither an option nor a variable does. */
  readonly origin?: string
}

/** The form of what is printed. */
export type Form = 'text' | 'json' | 'sarif'

/** Prints what was found, as data, and what was read and what was not, as messages. */
export function report(
  output: Output,
  findings: readonly Finding[],
  coverage: Coverage,
  searched: Searched,
  form: Form,
): void {
  if (form === 'sarif') output.json(sarifLog(findings, manifest.version, { coverage, searched }))
  else if (form === 'json') output.json({ findings: findings.map(flatten), summary: summaryOf(coverage, searched) })
  else if (findings.length > 0 && output.isTerminal) output.data(asTable(output, findings))
  else for (const line of asLines(findings)) output.data(line)
  if (form !== 'text' && !output.isWatched) return
  for (const skipped of coverage.unread) output.note(harmless(describeSkipped(skipped)))
  const more = coverage.missed - coverage.unread.length
  if (more > 0) output.note(`${more} more were not read`)
  if (searched.origin !== undefined) {
    output.note(`Searched for keys that begin with ${searched.prefix}_, as ${harmless(searched.origin)} says.`)
  }
  output.note(harmless(verdict(findings, coverage)))
}

function flatten({ place, ...finding }: Finding): object {
  return { ...place, ...finding }
}

function summaryOf(coverage: Coverage, searched: Searched): object {
  const { files, bytes, skipped, passed, unread, isComplete } = coverage
  return { files, bytes, skipped, passed, unread, isComplete, searched }
}

function asTable(output: Output, findings: readonly Finding[]): string[] {
  const rows = findings.map(({ hint, place, state }) => [
    output.paint('red', hint),
    output.paint('bold', textOf(place)),
    ...(state === undefined ? [] : [state]),
  ])
  return table(findings.some(({ state }) => state !== undefined) ? ['KEY', 'PLACE', 'STATE'] : ['KEY', 'PLACE'], rows)
}

/** As grep and compilers print places, so that editors find them. */
function asLines(findings: readonly Finding[]): string[] {
  return findings.map(({ hint, place, state }) => `${textOf(place)}: ${hint}${state ? ` ${state}` : ''}`)
}

function textOf({ path, line, column, commit }: Finding['place']): string {
  const where = `${harmless(path)}:${line}:${column}`
  return commit === undefined ? where : `${commit.slice(0, 12)}:${where}`
}
