import { SECOND } from '@bearward/core'
import { expect, test } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { Output } from '../src/output.ts'
import { Progress } from '../src/progress.ts'
import { Recorder, typing } from './bearward.ts'

function start(isTerminal: boolean) {
  const clock = new ManualClock()
  const stderr = new Recorder(isTerminal)
  const stdout = new Recorder(false)
  const output = new Output({ stdin: typing(''), stdout, stderr, env: {}, cwd: '/', interrupted: async () => {} })
  return { clock, stdout, stderr, progress: new Progress(output, 'scan', 'looking', clock) }
}

test('a log gets a line every ten seconds, also where nothing is reported', () => {
  const { clock, stdout, stderr, progress } = start(false)
  clock.advance(9 * SECOND)
  expect(stderr.text).toBe('')
  clock.advance(SECOND)
  expect(stderr.text).toBe('scan: looking (after 10 s)\n')
  progress.update('5 files')
  progress.update('6 files')
  clock.advance(25 * SECOND)
  expect(stderr.text).toBe('scan: looking (after 10 s)\nscan: 6 files (after 20 s)\nscan: 6 files (after 30 s)\n')
  progress.end()
  clock.advance(60 * SECOND)
  expect(stderr.text.split('\n')).toHaveLength(4)
  expect([clock.pending, stdout.text]).toEqual([0, ''])
})

test('a command that keeps timers waiting writes its line when it reports', () => {
  const { clock, stderr, progress } = start(false)
  for (let second = 1; second <= 31; second++) {
    // Time passes, and no timer fires.
    Object.assign(clock, { monotonic: () => second * SECOND })
    progress.update(`${second} files`)
  }
  expect(stderr.text).toBe('scan: 10 files (after 10 s)\nscan: 20 files (after 20 s)\nscan: 30 files (after 30 s)\n')
})

test('a terminal shows one line that changes, and none at the end', () => {
  const { clock, stderr, progress } = start(true)
  progress.update('1 file\u001b[2J\n')
  clock.advance(60 * SECOND)
  progress.end()
  expect(stderr.text).toBe('\r\u001b[2K1 file\\u001b[2J\\u000a\r\u001b[2K')
})
