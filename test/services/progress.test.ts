import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProgress } from './src/index.ts'

let folder: string
let log: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'progress-'))
  log = join(folder, 'log')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a log gets lines while the command computes without a pause', async () => {
  const progress = startProgress({ everyMs: 5, descriptor: openSync(log, 'a'), isTerminal: false })
  progress.say('measuring')
  // The event loop of this thread does not turn until the lines are there.
  while (!/measuring .*\n.*measuring .*\n/s.test(readFileSync(log, 'utf8')));
  progress.end()
  expect(readFileSync(log, 'utf8')).toMatch(/^measuring \(after 0 s\)$/m)
})
