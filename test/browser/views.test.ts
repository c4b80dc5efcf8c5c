// Every view, light and dark, narrow and wide: no barrier that axe knows of, nothing that moves, nothing cut off; and a
// picture of each in the folder screenshots.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@bearward/core'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { type Population, populate } from './support/population.ts'
import { useBrowser, type VisitOptions, visit } from './support/visit.ts'

const WIDE = 1280
const NARROW = 320
const PICTURES = join(import.meta.dirname, 'screenshots')
const browser = useBrowser()
let app: Application
let empty: Application
let keys: Population

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  app = await startApplication()
  empty = await startApplication({ scopes: null })
  keys = await populate(app, systemClock.now())
})
afterAll(() => Promise.all([app.close(), empty.close()]))

interface View {
  readonly name: string
  readonly as: NonNullable<VisitOptions['as']>
  readonly path: () => string
  /** What leads there from the page. */
  readonly act?: (page: Page) => Promise<unknown>
  readonly app?: () => Application
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

const views: View[] = [
  { name: 'list', as: 'alice', path: () => '' },
  { name: 'list-operator', as: 'ops', path: () => '' },
  { name: 'list-no-match', as: 'alice', path: () => '?search=nothing+like+it' },
  { name: 'list-empty', as: 'alice', path: () => '', app: () => empty },
  { name: 'new', as: 'alice', path: () => '/new' },
  {
    name: 'new-operator-errors',
    as: 'ops',
    path: () => '/new',
    app: () => empty,
    async act(page) {
      await page.getByText('Add metadata').click()
      await page.getByLabel('Metadata').fill('[1]')
      await page.getByLabel('Until the end of a day').check()
      await press(page, 'Issue key')
      await page.getByText('not a JSON object').waitFor()
    },
  },
  {
    name: 'token',
    as: 'alice',
    path: () => '/new',
    async act(page) {
      await page.getByLabel('Name').fill('CI deploy')
      await press(page, 'Issue key')
      await page.getByRole('button', { name: 'Copy' }).click()
      await page.getByText('Copied to the clipboard').waitFor()
    },
  },
  { name: 'key', as: 'alice', path: () => `/keys/${keys.busy}` },
  { name: 'key-retiring', as: 'alice', path: () => `/keys/${keys.retiring}` },
  { name: 'key-revoked', as: 'ops', path: () => `/keys/${keys.revoked}` },
  { name: 'edit', as: 'ops', path: () => `/keys/${keys.busy}`, act: (page) => press(page, 'Edit') },
  {
    name: 'rotate',
    as: 'alice',
    path: () => `/keys/${keys.busy}`,
    async act(page) {
      await press(page, 'Rotate')
      await page.getByLabel('End the old key earlier').check()
    },
  },
  { name: 'revoke', as: 'alice', path: () => `/keys/${keys.busy}`, act: (page) => press(page, 'Revoke') },
  {
    name: 'confirmed',
    as: 'alice',
    path: () => `/keys/${keys.busy}`,
    async act(page) {
      await press(page, 'Disable')
      await page.getByText('Refused everywhere').waitFor()
      await press(page, 'Enable')
      await page.getByText('In force everywhere').waitFor()
    },
  },
  { name: 'problem', as: 'alice', path: () => '/keys/no-such-key' },
]

/** Each light and each width is looked through by axe once. */
const modes = [
  { colorScheme: 'light', width: WIDE, isChecked: true },
  { colorScheme: 'dark', width: WIDE, isChecked: false },
  { colorScheme: 'light', width: NARROW, isChecked: false },
  { colorScheme: 'dark', width: NARROW, isChecked: true },
] as const

test.each(views)('$name', async ({ name, as, path, act, app: ownApp = () => app }) => {
  const { page, context, complaints } = await visit(browser.current, ownApp(), { width: WIDE, as })
  await page.goto(ownApp().url + path())
  await page.locator('body:not(:has(button:disabled))').waitFor()
  await act?.(page)
  // A dialog covers the window, and no more of the page than that.
  const fullPage = !(await page.locator('dialog').isVisible())
  await page.evaluate(axe.source)
  for (const { colorScheme, width, isChecked } of modes) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    expect(await page.evaluate(overflow)).toBe(0)
    if (isChecked) expect(await barriers(page)).toEqual([])
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}-${width}.png`), fullPage })
  }
  expect(complaints).toEqual([])
  await context.close()
})

describe.each([WIDE, NARROW])('%i wide', (width) => {
  test('nothing moves while a page comes to life', async () => {
    const { page, context } = await visit(browser.current, app, { width })
    await page.addInitScript(watchShifts)
    // Slow enough to draw in several steps what it can.
    await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: 8 })
    for (const path of ['', '/new', `/keys/${keys.busy}`, '/keys/no-such-key']) {
      await page.goto(app.url + path)
      await page.locator('body:not(:has(button:disabled))').waitFor()
      expect(await page.evaluate(shifts)).toEqual([])
    }
    await context.close()
  })

  test('what a change says moves nothing', async () => {
    const { page, context } = await visit(browser.current, app, { width })
    await page.goto(`${app.url}/keys/${keys.busy}`)
    const before = await page.evaluate(places)
    const steps = [
      { name: 'Disable', said: 'Refused everywhere' },
      { name: 'Enable', said: 'In force everywhere' },
    ]
    for (const { name, said } of steps) {
      await press(page, name)
      await page.getByText(said).waitFor()
      expect(await page.evaluate(places)).toEqual(before)
    }
    await context.close()
  })
})

async function barriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** An entry of the Layout Instability API, which TypeScript does not know yet. */
interface Shift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
  readonly sources: readonly { readonly node?: Node }[]
}

/** Runs before the page: notes everything that moves without being asked to. */
function watchShifts(): void {
  const seen: string[] = []
  Object.assign(globalThis, { seenShifts: seen })
  new PerformanceObserver((list) => {
    for (const { value, startTime, hadRecentInput, sources } of list.getEntries() as Shift[]) {
      const moved = sources.map(({ node }) => node?.textContent).join(', ')
      if (!hadRecentInput) seen.push(`${value} at ${startTime} in ${location.pathname}: ${moved}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

function overflow(): number {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth
}

/** Where all stands that a person reads or presses first. */
function places(): string[] {
  const all = document.querySelectorAll('h1, h2, .actions button')
  return Array.from(all, (element) => JSON.stringify(element.getBoundingClientRect()))
}

function shifts(): string[] {
  return (globalThis as unknown as { seenShifts: string[] }).seenShifts
}
