import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { check, HistoryWriter } from './history.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('an acceptance that begins after the revocation has resolved is a violation, in whichever process', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')]
  const [first, second] = [new HistoryWriter(one), new HistoryWriter(other)]
  first.note(1, 'memory', 99n)
  first.note(1, 'refused', 102n)
  first.note(2, 'store', 500n)
  second.note(1, 'store', 100n)
  second.note(1, 'memory', 1_000_101n)
  second.note(1, 'unavailable', 103n)
  first.close()
  second.close()
  expect(await check([one, other], [{ key: 1, resolvedAt: 101n }])).toEqual({
    accepted: 2,
    fromMemory: 1,
    refused: 1,
    unavailable: 1,
    violations: [{ key: 1, process: other, sight: 'memory', lateMs: 1 }],
  })
})
