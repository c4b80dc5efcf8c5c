import { describe, expect, test } from 'vitest'
import { runBatch } from './batch.ts'
import { simulate } from './simulation.ts'
import { extraVariants, variants } from './variants.ts'

/** Runs within this time; the others are for `npm run sim`. */
const BUDGET_MS = 10_000
const MOST_RUNS = 100_000
/** A broken protocol must be found out within this many. */
const RUNS_PER_VARIANT = 10_000

test('no acceptance begins after a revocation has resolved', async () => {
  const startedAt = performance.now()
  const isOver = (): boolean => performance.now() - startedAt > BUDGET_MS
  const { runs, violations, figures } = await runBatch({ seed: 1, runs: MOST_RUNS, isOver })
  console.log(`${runs} runs, ${figures.revoked} revocations, ${figures.hits} answers from memory`)
  expect(violations).toEqual([])
  expect(figures.revoked).toBeGreaterThan(runs / 2)
  expect(figures.hits).toBeGreaterThan(runs * 10)
})

test('the same seed makes the same run', async () => {
  const record = async (seed: number): Promise<string[]> => {
    const lines: string[] = []
    await simulate(seed, {}, (line) => lines.push(line))
    return lines
  }
  for (const seed of [7, 8]) expect(await record(seed)).toEqual(await record(seed))
  expect(await record(7)).not.toEqual(await record(8))
})

describe('is found out', () => {
  test('twelve ways to break the protocol', () => expect(variants).toHaveLength(12))

  test.each([...variants, ...extraVariants])('$name', async (variant) => {
    const { runs, violations } = await runBatch({ seed: 1, runs: RUNS_PER_VARIANT, variant, stopAfter: 1 })
    console.log(`${variant.name}: caught in run ${runs}`)
    expect(violations).toHaveLength(1)
  })

  test('and what was broken in core is mended afterwards', async () => {
    expect((await runBatch({ seed: 1, runs: 100 })).violations).toEqual([])
  })
})
