import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { expect, test } from 'vitest'
import type { Report } from './support/acknowledged.ts'
import { faultsOf, type History, readHistory } from './support/history.ts'

/** A good history: one key changed, rotated and revoked, and what its client was told. */
async function lived(): Promise<{ history: History; reports: Report[]; id: string }> {
  const store = memoryStore()
  const keyring = createKeyring({ store, format: keyFormat({ prefix: 'acme' }) })
  const { key } = await keyring.issue({ owner: null, reason: 'r1' })
  await keyring.update(key.id, { name: 'one', reason: 'r2' })
  await keyring.update(key.id, { name: 'two', reason: 'r3' })
  await keyring.rotate(key.id, { graceMs: 1000, reason: 'r4' })
  await keyring.revoke(key.id, { reason: 'r5' })
  const ops = ['issue', 'update', 'update', 'rotate', 'revoke'] as const
  const reports = ops.map((op, index) => ({
    op,
    keyId: key.id,
    reason: `r${index + 1}`,
    startedAt: index * 10,
    endedAt: index * 10 + 5,
  }))
  return { history: await readHistory(store), reports, id: key.id }
}

function changeEntry({ keys, entries }: History, index: number, change: object): History {
  return { keys, entries: entries.map((entry, at) => (at === index ? { ...entry, ...change } : entry)) }
}

function changeKey({ keys, entries }: History, id: string, change: object): History {
  const key = keys.get(id)
  return { keys: new Map([...keys, [id, { ...key, ...change } as never]]), entries }
}

test('a good history has no faults', async () => {
  const { history, reports } = await lived()
  expect(history.entries.length).toBe(6)
  expect(faultsOf(history, reports)).toEqual([])
})

test('each kind of fault is found', async () => {
  const { history, reports, id } = await lived()
  const faults = (changed: History, told: readonly Report[] = reports): string => faultsOf(changed, told).join('\n')

  expect(faults(changeEntry(history, 2, { sequence: 9 }))).toContain('has the sequence 9')
  expect(faults({ ...history, entries: history.entries.toSpliced(1, 1) })).toContain('lost an update of name')
  expect(faults({ ...history, entries: history.entries.toSpliced(1, 1) })).toContain(`lost update r2`)
  expect(faults(changeKey(history, id, { revokedAt: null }))).toContain('revokedAt is not what the trail says')
  expect(faults(changeKey(history, id, { version: 9 }))).toContain('has version 9')
  expect(faults(changeKey(history, id, { rotatedTo: 'key_other' }))).toContain('another successor')
  expect(faults({ ...history, keys: new Map([...history.keys].filter(([key]) => key !== id)) })).toContain(
    'is not there',
  )
  const again = { ...(history.entries[1] ?? expect.fail()), sequence: 7, version: 6, reason: 'r6' }
  expect(faults({ ...history, entries: [...history.entries, again] })).toContain('updated after it was revoked')
  const twice = { ...(history.entries[3] ?? expect.fail()), action: 'rotated' as const, keyId: id, sequence: 7 }
  expect(faults({ ...history, entries: [...history.entries, twice] })).toContain('was rotated twice')
  const late = reports.map((report, index) => (index === 1 ? { ...report, startedAt: 900, endedAt: 905 } : report))
  expect(faults(history, late)).toContain('comes before what was acknowledged')
  const accepted = { op: 'verify', keyId: id, startedAt: 46, endedAt: 47 } as const
  expect(faults(history, [...reports, accepted])).toContain('accepted after it was revoked')
  expect(faults(history, [...reports, { ...accepted, startedAt: 44 }])).toBe('')
})
