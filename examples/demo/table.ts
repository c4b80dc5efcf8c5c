import { styleText } from 'node:util'
import type { Outcome } from './outcome.ts'

const COLUMNS = [
  { title: 'What was sent', width: 33 },
  { title: 'Expected', width: 22 },
  { title: 'Got', width: 22 },
  { title: 'DB reads', width: 8 },
] as const
const GAP = '  '

/** A table for each framework, 100 columns wide at most. */
export function formatOutcomes(outcomes: readonly Outcome[], { color }: { color: boolean }): string {
  const paint = (style: 'bold' | 'dim' | 'green' | 'red', text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text
  const frameworks = [...new Set(outcomes.map(({ framework }) => framework))]

  const line = ({ sent, expected, got, reads, ok }: Outcome): string =>
    cells([sent, expected, got, String(reads)]) + GAP + paint(ok ? 'green' : 'red', ok ? 'ok' : 'FAILED')

  const tables = frameworks.map((name) =>
    [
      paint('bold', name),
      paint('dim', cells(COLUMNS.map(({ title }) => title)).trimEnd()),
      ...outcomes.filter(({ framework }) => framework === name).map(line),
    ].join('\n'),
  )
  return [...tables, summary(outcomes)].join('\n\n')
}

function summary(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ ok }) => !ok).length
  if (outcomes.length === 0) return 'Nothing was sent.'
  if (failed === 0) return `All ${outcomes.length} answers were the expected ones.`
  return `${failed} of ${outcomes.length} answers FAILED: not what was expected, or at the cost of a read it must not have.`
}

function cells(texts: readonly string[]): string {
  return COLUMNS.map(({ width }, index) => clip(texts[index] ?? '', width).padEnd(width)).join(GAP)
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
