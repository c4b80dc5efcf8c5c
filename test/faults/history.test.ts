import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Claim, check, HistoryWriter } from './history.ts'

let folder: string
let one: string
let other: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
  one = join(folder, 'one')
  other = join(folder, 'other')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Key 1 is revoked from 95 to 101, key 3 is enabled from 95 to 101. */
const CLAIMS: Claim[] = [
  { key: 1, accepted: true, to: 95n },
  { key: 1, accepted: false, from: 101n },
  { key: 3, accepted: false, from: 10n, to: 95n },
  { key: 3, accepted: true, from: 101n },
]

test('an acceptance that begins after the revocation has resolved is a violation, in whichever process', async () => {
  const [first, second] = [new HistoryWriter(one), new HistoryWriter(other)]
  first.note(1, 'memory', 90n, 91n)
  first.note(1, 'refused', 102n, 103n)
  first.note(2, 'store', 500n, 501n)
  second.note(1, 'store', 90n, 92n)
  second.note(1, 'store', 100n, 102n)
  second.note(1, 'memory', 1_000_101n, 1_000_102n)
  second.note(1, 'unavailable', 103n, 104n)
  first.close()
  second.close()
  expect(await check([one, other], CLAIMS)).toEqual({
    accepted: 2,
    fromMemory: 1,
    refused: 1,
    unavailable: 1,
    wronglyAccepted: [{ key: 1, process: other, sight: 'memory', lateMs: 1 }],
    wronglyRefused: [],
  })
})

test('a refusal that ends before anybody revokes, or begins when the key is enabled again, is a violation', async () => {
  const history = new HistoryWriter(one)
  history.note(1, 'refused', 90n, 94n)
  history.note(1, 'refused', 90n, 96n)
  history.note(1, 'unavailable', 90n, 94n)
  history.note(3, 'refused', 90n, 94n)
  history.note(3, 'refused', 99n, 110n)
  history.note(3, 'refused', 1_000_101n, 1_000_102n)
  history.close()
  expect(await check([one], CLAIMS)).toMatchObject({
    refused: 1,
    wronglyAccepted: [],
    wronglyRefused: [
      { key: 1, process: one, sight: 'refused', lateMs: undefined },
      { key: 3, process: one, sight: 'refused', lateMs: 1 },
    ],
  })
})

test('an acceptance while a key is disabled is a violation', async () => {
  const history = new HistoryWriter(one)
  history.note(3, 'store', 90n, 94n)
  history.close()
  expect(await check([one], CLAIMS)).toMatchObject({ wronglyAccepted: [{ key: 3, sight: 'store' }] })
})

test('a line that a death has cut off says nothing, and what the next process writes behind it neither', async () => {
  appendFileSync(one, '1 refused 90 9')
  const history = new HistoryWriter(one)
  history.note(1, 'refused', 90n, 94n)
  history.close()
  appendFileSync(one, '1 refused 90 9')
  expect(await check([one], CLAIMS)).toMatchObject({ refused: 0, wronglyAccepted: [], wronglyRefused: [] })
})
