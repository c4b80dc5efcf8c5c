import { hit } from './hit.ts'
import { caseName, shapeNames } from './linearity.ts'
import { type Effort, measure, type Rounds } from './measure.ts'
import { median, medianDifference, medianRatio } from './median.ts'
import { refusals } from './refusals.ts'
import type { Report } from './report.ts'
import { loadSuite, type SuiteName } from './suites.ts'

/** The promise: a hit of a key without format costs at most this many times the minimum by hand. */
const HIT_LIMIT = 1.5

const MINIMUM = 'minimum by hand'
const UNREAD = 'by hand, grammar unread'

export async function measureHits(sizes: readonly number[], effort: Effort): Promise<Report['hit']> {
  const rows: Report['hit']['rows'][number][] = []
  for (const keys of sizes) {
    const names = Object.keys(hit)
    const rounds = await measureAll('hit', names, keys, effort)
    const minimum = rounds[names.indexOf(MINIMUM)] as Rounds
    const unread = rounds[names.indexOf(UNREAD)] as Rounds
    for (const [index, name] of names.entries()) {
      const own = rounds[index] as Rounds
      const [toMinimum, toUnread] = [medianRatio(own, minimum), medianRatio(own, unread)]
      rows.push({ keys, name, nanoseconds: median(own), toMinimum, toUnread })
    }
  }
  const holds = rows.every(({ name, toMinimum }) => name !== 'verify()' || toMinimum <= HIT_LIMIT)
  return { limit: HIT_LIMIT, holds, rows }
}

export async function measureRefusals(effort: Effort): Promise<Report['refusals']> {
  const names = Object.keys(refusals)
  const rounds = await measureAll('refusals', names, 1, effort)
  return names.map((name, index) => ({
    name,
    nanoseconds: median(rounds[index] as Rounds),
    toMinimum: medianRatio(rounds[index] as Rounds, rounds[0] as Rounds),
  }))
}

export async function measureLinearity(lengths: readonly number[], effort: Effort): Promise<Report['linearity']> {
  const cases = [512, 8192].flatMap((maxTokenLength) => shapeNames.map((shape) => ({ shape, maxTokenLength })))
  const rounds = await measure(
    cases.flatMap(({ shape, maxTokenLength }) =>
      lengths.map((size) => ({ suite: 'linearity', candidate: caseName(shape, maxTokenLength), size }) as const),
    ),
    effort,
  )
  return cases.map((one, index) => {
    const own = rounds.slice(index * lengths.length, (index + 1) * lengths.length)
    const doublings = own.slice(1).map((longer, shorter) => medianRatio(longer, own[shorter] as Rounds))
    return {
      ...one,
      nanoseconds: Object.fromEntries(lengths.map((length, at) => [length, median(own[at] as Rounds)])),
      worstDoubling: Math.max(...doublings),
    }
  })
}

export async function measureFramework(
  suite: 'express' | 'koa' | 'hono',
  keys: number,
  effort: Effort,
): Promise<Report['frameworks'][typeof suite]> {
  const [bare = '', ...names] = Object.keys(await loadSuite(suite))
  const [bareRounds, ...rounds] = await measureAll(suite, [bare, ...names], keys, effort)
  const addedOf = (own: Rounds | undefined): Rounds =>
    (own ?? []).map((value, index) => value - (bareRounds?.[index] ?? 0))
  const minimum = median(addedOf(rounds[names.indexOf(MINIMUM)]))
  return names.map((name, index) => {
    const added = medianDifference(rounds[index] as Rounds, bareRounds as Rounds)
    return { name, added, toMinimum: added / minimum }
  })
}

function measureAll(suite: SuiteName, names: readonly string[], size: number, effort: Effort): Promise<Rounds[]> {
  return measure(
    names.map((candidate) => ({ suite, candidate, size })),
    effort,
  )
}
