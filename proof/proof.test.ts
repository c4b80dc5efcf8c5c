import { beforeAll, describe, expect, test } from 'vitest'
import { Checker } from './checker.ts'
import { Divergence } from './divergence.ts'
import { divergenceOf } from './prove.ts'
import { replay } from './replay.ts'
import { probesOf, sourceOf } from './source.ts'
import { keptTraces } from './traces.ts'
import { models } from './variants.ts'

const traces = keptTraces()

test('traces of both models are kept', () => {
  expect(traces.filter(({ expected }) => expected === 'followed').length).toBeGreaterThanOrEqual(20)
  expect(traces.filter(({ expected }) => expected === 'refused').length).toBeGreaterThanOrEqual(12)
})

test.each(traces)('the shipped code $name ($model)', async ({ expected, trace }) => {
  const divergence = await divergenceOf(trace)
  if (expected === 'followed') expect(divergence).toBeUndefined()
  else expect(divergence).toMatch(/in the model, .* in the code/)
})

test('the shipped code does not follow a trace whose answers are changed', async () => {
  const kept = traces.find(({ name }) => name.endsWith('a hit before the revocation'))
  const changed = kept?.trace.map((step) => ({
    ...step,
    changes: Object.fromEntries(
      Object.entries(step.changes).map(([name, value]) => [name, name.endsWith('.remembers') ? 'false' : value]),
    ),
  }))
  await expect(replay(changed ?? [])).rejects.toThrow(Divergence)
})

describe('exploring', () => {
  let checker: Checker
  beforeAll(async () => {
    checker = await Checker.open()
  })

  /** Two ticks and clocks that agree: small enough for every run of the tests. */
  const small = { DRIFT: 0, LEASE: 2, USED: 2 }

  test.each(models)('every state of the small $name model satisfies the invariants', async (model) => {
    const bounds = model.name === 'age' ? {} : small
    const { violation, probes, states } = await checker.explore(sourceOf(model, { ...model.short, ...bounds }))
    expect(violation).toBeUndefined()
    expect([...probes.keys()]).toEqual(probesOf(model).map(({ name }) => name))
    expect([...probes].filter(([, hits]) => hits === 0)).toEqual([])
    console.log(`${model.name}: ${states} states`)
  })

  const quick = models.flatMap((model) =>
    model.variants
      .filter(({ number }) => [8, 10, 11, 12, 14, 19].includes(number))
      .map((variant) => ({ model, variant, name: `${model.name} with ${variant.name}` })),
  )

  test.each(quick)('the $name violates the invariant that its rule upholds', async ({ model, variant }) => {
    const bounds = { ...model.short, ...variant.bounds, VARIANT: variant.number }
    const { violation } = await checker.explore(sourceOf(model, bounds))
    expect(violation?.invariant).toBe(variant.invariant)
  })
})
