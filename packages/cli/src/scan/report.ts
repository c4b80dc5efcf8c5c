import manifest from '../../package.json' with { type: 'json' }
import { harmless } from '../harmless.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'
import type { Finding } from './finding.ts'
import { sarifLog } from './sarif.ts'
import type { Summary } from './scan.ts'

/** Prints what was found, as data, and what was done, as a message. */
export function report(
  output: Output,
  findings: readonly Finding[],
  summary: Summary | undefined,
  form: 'text' | 'json' | 'sarif',
): void {
  if (form === 'sarif') output.json(sarifLog(findings, manifest.version))
  else if (form === 'json') output.json({ findings: findings.map(flatten), ...(summary && { summary }) })
  else if (findings.length > 0) output.data(output.isTerminal ? asTable(output, findings) : asLines(findings))
  if (form === 'text' || output.isWatched) output.note(verdict(findings, summary))
}

function flatten({ place, ...finding }: Finding): object {
  return { ...place, ...finding }
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

function verdict(findings: readonly Finding[], summary: Summary | undefined): string {
  const keys = new Set(findings.map(({ fingerprint }) => fingerprint)).size
  const found =
    findings.length === 0 ? 'No keys found' : `${count(keys, 'key')} found in ${count(findings.length, 'place')}`
  if (summary === undefined) return `${found}.`
  const { binary, huge, failed } = summary.skipped
  const skipped = [
    binary > 0 ? `${binary} binary` : '',
    huge > 0 ? `${huge} too long` : '',
    failed > 0 ? `${failed} unreadable` : '',
  ].filter((text) => text !== '')
  const passedOver = skipped.length === 0 ? '' : `; passed over: ${skipped.join(', ')}`
  return `${found}. ${count(summary.files, 'file')} read${passedOver}.`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
