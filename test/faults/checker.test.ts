import { expect, test } from 'vitest'
import { check } from './checker.ts'
import { type HistoryEvent, lineOf, type Outcome, readLines } from './history.ts'

const MS = 1_000_000n

function verified(began: number, outcome: Outcome, { key = 'k', process = 'v1', ended = began } = {}): HistoryEvent {
  return { kind: 'verified', process, key, began: BigInt(began) * MS, ended: BigInt(ended) * MS, outcome }
}

function step(kind: 'issued' | 'revoking' | 'revoked' | 'committed', at: number, afterMs = 0, key = 'k'): HistoryEvent {
  return { kind, key, at: BigInt(at) * MS, afterMs }
}

const revokedAt20 = [step('issued', 0), step('revoking', 10), step('revoked', 20)]

test('a key that is accepted until its revocation resolves, and refused from then on, is in order', () => {
  const findings = check([...revokedAt20, verified(5, 'read'), verified(19, 'hit'), verified(21, 'refused')])
  expect(findings).toEqual({
    violations: [],
    wrongRefusals: [],
    revocations: 1,
    hits: 1,
    reads: 1,
    refusals: 1,
    unavailable: {},
    revokeMs: [10],
    recoveryMs: {},
  })
})

test.each(['hit', 'read'] as const)('a %s that began after the revocation resolved is a violation', (outcome) => {
  const findings = check([verified(21, outcome, { process: 'v2' }), ...revokedAt20])
  expect(findings.violations).toEqual([{ process: 'v2', key: 'k', outcome, lateMs: 1 }])
})

test('an acceptance that began before the revocation resolved may end after it', () => {
  expect(check([...revokedAt20, verified(19, 'read', { ended: 30 })]).violations).toEqual([])
})

test('a revocation of one key says nothing of another', () => {
  const other = step('issued', 0, 0, 'other')
  const { violations, wrongRefusals } = check([...revokedAt20, other, verified(30, 'hit', { key: 'other' })])
  expect([violations, wrongRefusals]).toEqual([[], []])
})

test('after a death between commit and publication the bound counts', () => {
  const history = [step('issued', 0), step('revoking', 10), step('committed', 12, 100)]
  expect(check([...history, verified(111, 'hit')]).violations).toEqual([])
  expect(check([...history, verified(113, 'hit')]).violations).toMatchObject([{ key: 'k', lateMs: 1 }])
  expect(check(history).revokeMs).toEqual([])
})

test('the first of several confirmations counts', () => {
  const again = [step('revoking', 30), step('revoked', 40)]
  expect(check([...revokedAt20, ...again, verified(25, 'hit')]).violations).toHaveLength(1)
})

test('a key that is refused before anybody revokes it is refused wrongly', () => {
  expect(check([...revokedAt20, verified(5, 'refused')]).wrongRefusals).toHaveLength(1)
  expect(check([step('issued', 0), verified(5, 'refused')]).wrongRefusals).toHaveLength(1)
})

test('a key may be refused before it is issued, and once its revocation has begun', () => {
  const early = verified(0, 'refused')
  const overlapping = verified(5, 'refused', { ended: 11 })
  expect(check([...revokedAt20, early, overlapping]).wrongRefusals).toEqual([])
})

test('an answer that says nothing is neither, and is counted by process', () => {
  const { violations, wrongRefusals, unavailable } = check([...revokedAt20, verified(5, 'unavailable')])
  expect([violations, wrongRefusals, unavailable]).toEqual([[], [], { v1: 1 }])
})

test('the time until memory answers again is the longest over all mendings', () => {
  const history: HistoryEvent[] = [
    { kind: 'mended', at: 10n * MS },
    { kind: 'mended', at: 50n * MS },
    ...[9, 13, 20, 57].map((at) => verified(at, 'hit')),
    verified(51, 'read'),
    verified(52, 'hit', { process: 'v2' }),
  ]
  expect(check(history).recoveryMs).toEqual({ v1: 7, v2: 42 })
})

test('what is written is read back, but for a line that was cut off', () => {
  const written = [...revokedAt20, verified(19, 'hit', { ended: 20 })].filter((event) => event.kind !== 'mended')
  const text = written.map(lineOf).join('')
  expect(readLines('v1', `${text}hit k 99`)).toEqual(written)
})
