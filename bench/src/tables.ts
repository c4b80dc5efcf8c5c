import type { Report } from './report.ts'

/** The report for people. */
export function tables(report: Report): string {
  const { hit, refusals, linearity, frameworks } = report
  const lengths = Object.keys(linearity[0]?.nanoseconds ?? {})
  return [
    title('A cache hit, keys used evenly'),
    table(
      ['keys', '', 'ns', 'to minimum', 'to unread'],
      hit.rows.map((row) => [
        thousands(row.keys),
        row.name,
        nanoseconds(row.nanoseconds),
        ratio(row.toMinimum),
        ratio(row.toUnread),
      ]),
    ),
    title(`A hit takes at most ${hit.limit} times what it takes by hand`),
    table(
      ['keys', '', 'minimum by hand', 'grammar unread'],
      hit.promised.map((row) => [thousands(row.keys), row.name, answer(row.holdsToMinimum), answer(row.holdsToUnread)]),
    ),
    title('Refusals without a lookup'),
    table(
      ['', 'ns', 'to minimum'],
      refusals.map((row) => [row.name, nanoseconds(row.nanoseconds), ratio(row.toMinimum)]),
    ),
    ...[...new Set(linearity.map((row) => row.maxTokenLength))].flatMap((maxTokenLength) => [
      title(`Authorization values of doubling length, maxTokenLength ${maxTokenLength}: ns a value`),
      table(
        ['characters', ...lengths, 'worst doubling'],
        linearity
          .filter((row) => row.maxTokenLength === maxTokenLength)
          .map((row) => [row.shape, ...Object.values(row.nanoseconds).map(nanoseconds), ratio(row.worstDoubling)]),
      ),
    ]),
    ...Object.entries(frameworks).flatMap(([name, rows]) => [
      title(`Added to a request in ${name}`),
      table(
        ['', 'ns', 'to minimum'],
        rows.map((row) => [row.name, nanoseconds(row.added), ratio(row.toMinimum)]),
      ),
    ]),
  ].join('\n')
}

export function title(text: string): string {
  return `\n${text}\n`
}

/** The first column that holds words stands left, numbers stand right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const isText = head.map((_, column) => rows.some((row) => /^[^\d-]/.test(row[column] ?? '')))
  return all
    .map((row) =>
      row
        .map((cell, column) => (isText[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n')
}

function nanoseconds(value: number): string {
  return thousands(Math.round(value))
}

function thousands(value: number): string {
  return value.toLocaleString('en').replaceAll(',', ' ')
}

function answer(holds: boolean): string {
  return holds ? 'holds' : 'DOES NOT HOLD'
}

function ratio(value: number): string {
  return value.toFixed(2)
}
