import { Failure } from './failure.ts'

/** @throws {Failure} when it is no number of rows that a page may have */
export function readLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit
  throw new Failure('usage', `--limit ${text} is no whole number from 1 to 500`, 'change it')
}
