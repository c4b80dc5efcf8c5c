import type { Rounds } from './measure.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Median of the ratios within each round: both sides of a ratio saw the same machine. */
export function medianRatio(rounds: Rounds, base: Rounds): number {
  return median(rounds.map((value, index) => value / (base[index] as number)))
}

/** Median of the differences within each round. */
export function medianDifference(rounds: Rounds, base: Rounds): number {
  return median(rounds.map((value, index) => value - (base[index] as number)))
}
