// How long the first view of the list takes among many keys, beside an empty store: `npm run bench:console`, with
// `-- --keys 1000` for another number.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DAY, systemClock } from '@bearward/core'
import type { StoredKey } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { startProgress } from '@internal/services'
import { chromium } from 'playwright-core'
import { type Application, startApplication } from './support/application.ts'
import { launchOptions } from './support/find-chromium.ts'
import { type VisitOptions, visit } from './support/visit.ts'

const { values } = parseArgs({ options: { keys: { type: 'string', default: '100000' } } })
const KEYS = Number(values.keys)
/** Views of each, in turns, so that whatever slows the machine slows both. The first do not count. */
const VIEWS = 21
const WARM_UP = 4
const BATCH = 1000
const LIMIT = 2

const progress = startProgress()
progress.say(`making ${KEYS} keys`)
const folder = await mkdtemp(join(tmpdir(), 'bearward-first-view-'))
const browser = await chromium.launch(await launchOptions())
const [empty, full] = await Promise.all([start('empty.db'), start('full.db')])
await fill(full)

let holds = true
for (const as of ['alice', 'ops'] as const) {
  const spent = { empty: [] as Times[], full: [] as Times[] }
  for (let turn = 0; turn < VIEWS + WARM_UP; turn++) {
    progress.say(`${as}: view ${turn} of ${VIEWS + WARM_UP}`)
    for (const [name, app] of [['empty', empty] as const, ['full', full] as const]) {
      const times = await view(app, as)
      if (turn >= WARM_UP) spent[name].push(times)
    }
  }
  for (const what of ['answered', 'painted', 'loaded'] as const) {
    const [few, many] = [spent.empty, spent.full].map((all) => median(all.map((times) => times[what]))) as [
      number,
      number,
    ]
    console.log(
      `${as}: ${what} after ${few.toFixed(1)} ms empty, ${many.toFixed(1)} ms with ${KEYS} keys: ${(many / few).toFixed(2)}`,
    )
    if (what === 'painted') holds &&= many / few <= LIMIT
  }
}
progress.end()
console.log(`First paint within ${LIMIT} times the empty one: ${holds}`)

await Promise.all([empty.close(), full.close(), browser.close()])
await rm(folder, { recursive: true })
process.exitCode = holds ? 0 : 1

/** Milliseconds from the request on: the last byte, the first picture, everything at work. */
interface Times {
  readonly answered: number
  readonly painted: number
  readonly loaded: number
}

function start(file: string): Promise<Application> {
  return startApplication({ store: sqlite(join(folder, file)) })
}

async function view(app: Application, as: NonNullable<VisitOptions['as']>): Promise<Times> {
  const { page, context } = await visit(browser, app, { as })
  await page.goto(app.url)
  const times = await page.evaluate(async () => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    if (navigation === undefined) throw new Error('the browser has measured nothing')
    const painted = await new Promise<number>((resolve) => {
      new PerformanceObserver((list) =>
        resolve(list.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
      ).observe({
        type: 'paint',
        buffered: true,
      })
    })
    return { answered: navigation.responseEnd, painted, loaded: navigation.domContentLoadedEventEnd }
  })
  await context.close()
  return times
}

/** Keys of two owners, as if issued over a year. */
async function fill({ store }: Application): Promise<void> {
  const now = systemClock.now()
  for (let start = 0; start < KEYS; start += BATCH) {
    const create = Array.from({ length: Math.min(BATCH, KEYS - start) }, (_, index) => keyOf(start + index, now))
    await store.commit({ create, update: [], audit: [], invalidations: [], outbox: false })
  }
}

function keyOf(number: number, now: number): StoredKey {
  return {
    id: `key_${String(number).padStart(21, '0')}`,
    digest: number.toString(16).padStart(64, '0'),
    secretHash: null,
    hint: `acme_live_${number.toString(36).padStart(4, '0').slice(-4)}…`,
    name: `Key ${number}`,
    owner: `acct_${1 + (number % 2)}`,
    environment: 'live',
    scopes: ['posts:read', 'posts:write'],
    metadata: {},
    createdAt: now - Math.floor((number / KEYS) * 365 * DAY),
    notBefore: null,
    expiresAt: number % 3 === 0 ? null : now + (number % 365) * DAY,
    disabledAt: null,
    revokedAt: number % 7 === 0 ? now : null,
    endedAt: null,
    announcedAt: null,
    rotatedFrom: null,
    rotatedTo: null,
    graceEndsAt: null,
    endsPredecessor: false,
    version: 1,
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}
