import { expect, test } from 'vitest'
import { Coverage, PASSED, UNREAD } from '../src/scan/coverage.ts'
import { describeProgress, describeSkipped, verdict } from '../src/scan/verdict.ts'

test('"No keys found." stands there only when all was read', () => {
  const coverage = new Coverage('file')
  coverage.files = 2
  expect(verdict([], coverage)).toBe('No keys found. 2 files read.')
  for (const reason of PASSED) coverage.pass(reason, () => 'x')
  expect(verdict([], coverage)).toMatch(/^No keys found\. 2 files read; passed over: 1 ignored by git \(x\), /)
  for (const reason of UNREAD) {
    const incomplete = new Coverage(undefined)
    incomplete.miss(reason, 'a')
    expect(incomplete.isComplete).toBe(false)
    expect(verdict([], incomplete)).toMatch(/^No keys found(?: in what was read|, because nothing was read)\./)
  }
})

test('what the user has dismissed is counted and told, and the scan is complete', () => {
  const coverage = new Coverage('file', ['huge'])
  coverage.miss('huge', 'a')
  expect([coverage.isComplete, coverage.missed]).toEqual([true, 1])
  expect(verdict([], coverage)).toContain('No keys found in what was read')
  coverage.miss('failed', 'b')
  expect(coverage.isComplete).toBe(false)
})

test('the list of what was not read is bounded, its count is not', () => {
  const coverage = new Coverage('file')
  for (let index = 0; index < 1000; index++) {
    coverage.miss('failed', `${index}`)
    coverage.pass('ignored', () => `${index}`)
  }
  expect([coverage.unread.length, coverage.missed]).toEqual([20, 1000])
  expect([coverage.passed.length, coverage.skipped.ignored]).toEqual([20, 1000])
  expect(verdict([], coverage)).toContain('1000 ignored by git (0, 1, 2, …)')
})

test('progress tells what was read so far', () => {
  const coverage = new Coverage('object')
  coverage.files = 12
  coverage.bytes = 34_400_000
  expect(describeProgress(coverage)).toBe('12 objects, 34 MB')
  expect(describeProgress(new Coverage(undefined))).toBe('0 MB')
})

test.each(UNREAD)('%s has a sentence that names the path or the clone', (reason) => {
  expect(describeSkipped({ path: 'a/b', reason })).toMatch(/a\/b|The clone/)
})
