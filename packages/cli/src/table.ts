import { harmless } from './harmless.ts'
import { mapPainted, withoutPaint } from './paint.ts'

/** Rows under a heading, a line each, and each column as wide as its widest cell. Cells are made harmless; paint counts for nothing. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heading, ...rows].map((row) => row.map((cell) => mapPainted(cell, harmless)))
  const widths = heading.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}

/**
 * Names with their values, a line each. Values are made harmless.
 *
 * @param width characters of a name, blanks behind it included
 */
export function details(
  rows: readonly (readonly [name: string, value: string])[],
  width: number,
  paintName: (name: string) => string = (name) => name,
): string[] {
  return rows.map(([name, value]) => `${paintName(name.padEnd(width))}${mapPainted(value, harmless)}`)
}

function widthOf(cell: string): number {
  return Array.from(withoutPaint(cell)).length
}
