import { expect, test } from 'vitest'
import { readDuration } from '../src/duration.ts'

test.each([
  ['0', 0],
  ['250ms', 250],
  ['45s', 45_000],
  ['30m', 1_800_000],
  ['24h', 86_400_000],
  ['90d', 7_776_000_000],
  ['2w', 1_209_600_000],
])('%s is %d ms', (text, ms) => {
  expect(readDuration('--grace', text)).toBe(ms)
})

test.each(['', '1', '-1d', '1.5h', 'd', '1y', '1 d', '9999999999d'])('"%s" is no time', (text) => {
  expect(() => readDuration('--grace', text)).toThrow('--grace')
})
