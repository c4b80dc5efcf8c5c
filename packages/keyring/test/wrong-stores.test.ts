import { describe, expect, test } from 'vitest'
import { storeContract } from '../src/testing.ts'
import { commitFlaws } from './wrong-stores/commits.ts'
import type { StoreFlaw } from './wrong-stores/flaws.ts'
import { listFlaws } from './wrong-stores/lists.ts'
import { rowFlaws } from './wrong-stores/rows.ts'
import { useFlaws } from './wrong-stores/uses.ts'
import { harnessOf, type OpeningFlaw } from './wrong-stores/wrong-store.ts'

const none = (): Record<never, never> => ({})
const openings: readonly (StoreFlaw & { readonly opening: OpeningFlaw })[] = [
  {
    name: 'leaves keys without their entries when the connection is lost',
    refusedBy: ['a connection lost in the middle of a commit leaves nothing half-written'],
    spoil: none,
    opening: 'half-written',
  },
  {
    name: 'keeps what was committed to one process',
    refusedBy: ['another store on the same data sees what was committed'],
    spoil: none,
    opening: 'apart',
  },
]
const flaws: readonly (StoreFlaw & { readonly opening?: OpeningFlaw })[] = [
  ...rowFlaws,
  ...listFlaws,
  ...commitFlaws,
  ...useFlaws,
  ...openings,
]
const broken = flaws.flatMap((flaw) => flaw.refusedBy.map((refusedBy) => ({ flaw, name: flaw.name, refusedBy })))

describe('a right store that offers everything keeps the contract:', () => {
  for (const { name, run } of storeContract(harnessOf())) test(name, run)
})

describe('a store with one thing wrong is refused by the case that names it:', () => {
  test.each(broken)('a store that $name, by "$refusedBy"', async ({ flaw, refusedBy }) => {
    const named = storeContract(harnessOf(flaw, flaw.opening)).find(({ name }) => name === refusedBy)
    expect(named).toBeDefined()
    await expect(named?.run()).rejects.toThrow()
  })

  test('every case of the contract refuses one of them', () => {
    const names = storeContract(harnessOf()).map(({ name }) => name)
    expect([...new Set(broken.map(({ refusedBy }) => refusedBy))].toSorted()).toEqual(names.toSorted())
  })
})
