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
  /** What it changes cannot be changed again by the next one. */
  readonly changes?: boolean
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

const modes = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 320 },
] as const

describe.each(modes)('$colorScheme, $width wide', (mode) => {
  test.each(views)('$name', async ({ name, as, path, act, app: ownApp = () => app }) => {
    const { page, context, complaints } = await visit(browser.current, ownApp(), { ...mode, as })
    await page.addInitScript(watchShifts)
    await page.goto(ownApp().url + path())
    await page.locator('body:not(:has(button:disabled))').waitFor()
    await act?.(page)
    await page.screenshot({ path: join(PICTURES, `${name}-${mode.colorScheme}-${mode.width}.png`), fullPage: true })

    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    )
    expect(await page.evaluate(shifts)).toEqual([])
    expect(await barriers(page)).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })
})

async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Runs before the page: notes everything that moves without being asked to. */
function watchShifts(): void {
  const seen: string[] = []
  Object.assign(globalThis, { seenShifts: seen })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) seen.push(`${entry.value} at ${entry.startTime}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

function shifts(): string[] {
  return (globalThis as unknown as { seenShifts: string[] }).seenShifts
}
