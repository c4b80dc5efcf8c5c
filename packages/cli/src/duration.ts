import { DAY, HOUR, MINUTE, SECOND } from '@bearward/core'
import { Failure } from './failure.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }

/**
 * A time that somebody typed: `90d`, `24h`, `30m`, `0`.
 *
 * @returns milliseconds
 * @throws {Failure} naming the option
 */
export function readDuration(flag: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|d|w)?$/.exec(text.trim()) ?? []
  if (number === '0') return 0
  const factor = UNITS[unit]
  if (number === '' || factor === undefined) {
    throw new Failure('usage', `${flag} ${text} is no time`, 'write a number and a unit, such as 90d, 24h, 30m or 0')
  }
  return Number(number) * factor
}
