export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** @param share from 0 up to 1, such as 0.99 */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN
}
