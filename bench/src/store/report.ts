import { table, title } from '../tables.ts'

/** What a run found, for programs: `--json` prints it. Times are medians in microseconds. */
export interface StoreReport {
  readonly runtime: string
  readonly quick: boolean
  /** Keys in the small and in the large database. */
  readonly sizes: readonly [number, number]
  /** What the ratio of a lookup must not exceed. */
  readonly limit: number
  readonly holds: boolean
  readonly engines: readonly EngineReport[]
}

export interface EngineReport {
  readonly name: string
  readonly lookup: Figures
  readonly lists: readonly Figures[]
}

export interface Figures {
  readonly name: string
  /** Rows that came back last, from the small and from the large database. */
  readonly rows: readonly [number, number]
  readonly small: number
  readonly large: number
  readonly ratio: number
}

export function storeTables({ sizes, limit, engines }: StoreReport): string {
  const [small, large] = sizes.map((size) => `${size.toLocaleString('en').replaceAll(',', ' ')} keys`)
  const head = ['', 'rows', `µs, ${small}`, `µs, ${large}`, 'ratio']
  return engines
    .flatMap(({ name, lookup, lists }) => [
      title(name),
      table(
        head,
        [lookup, ...lists].map((row) => [
          row.name,
          row.rows[0] === row.rows[1] ? String(row.rows[1]) : `${row.rows[0]}, ${row.rows[1]}`,
          row.small.toFixed(1),
          row.large.toFixed(1),
          row.ratio.toFixed(2),
        ]),
      ),
      `A lookup takes ${lookup.ratio.toFixed(2)} times as long among ${large}: at most ${limit} ${
        lookup.ratio <= limit ? 'holds' : 'DOES NOT HOLD'
      }`,
    ])
    .join('\n')
}
