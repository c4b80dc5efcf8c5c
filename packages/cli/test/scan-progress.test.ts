import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Output } from '../src/output.ts'
import { Coverage } from '../src/scan/coverage.ts'
import { ScanProgress } from '../src/scan/progress.ts'
import { Recorder } from './bearward.ts'

function setUp(isTerminal: boolean) {
  const stderr = new Recorder(isTerminal)
  const stdout = new Recorder(false)
  const coverage = new Coverage('file')
  const repeats: { call: () => void; everyMs: number; isStopped: boolean }[] = []
  const world = { stdin: new PassThrough(), stdout, stderr, env: {}, cwd: '/', interrupted: async () => {} }
  const progress = new ScanProgress(new Output(world), coverage, (call, everyMs) => {
    const entry = { call, everyMs, isStopped: false }
    repeats.push(entry)
    return () => {
      entry.isStopped = true
    }
  })
  return { stderr, coverage, repeats, progress }
}

test('a log is given a line every ten seconds, until the scan ends', () => {
  const { stderr, coverage, repeats, progress } = setUp(false)
  expect(repeats.map(({ everyMs }) => everyMs)).toEqual([10_000])
  progress.update()
  expect(stderr.text).toBe('')
  coverage.files = 12
  coverage.bytes = 34_000_000
  repeats[0]?.call()
  expect(stderr.text).toBe('Scanning: 12 files, 34 MB\n')
  progress.end()
  expect(repeats[0]?.isStopped).toBe(true)
  expect(stderr.text).toBe('Scanning: 12 files, 34 MB\n')
})

test('a terminal is given a line that is rewritten, and taken away at the end', () => {
  const { stderr, repeats, progress } = setUp(true)
  expect(repeats).toEqual([])
  for (let call = 0; call < 65; call++) progress.update()
  progress.end()
  expect(stderr.text).toBe(`${'\r\u001b[2K0 files, 0 MB'.repeat(2)}\r\u001b[2K`)
})
