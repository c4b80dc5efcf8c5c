import { median } from '../bench/median.ts'

/** How many times as large the last third of what was measured is as the second third, by their medians. */
export function growthOf(values: readonly number[]): number {
  const third = Math.floor(values.length / 3)
  return median(values.slice(-third)) / median(values.slice(third, -third))
}
