// The longest and oddest text that a keyring takes, and an application that looks like nothing but itself.
import { systemClock } from '@bearward/core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { type Extremes, LONG_PERSON, MANY_SCOPES, NAMES, populateExtremes } from './support/extremes.ts'
import { layoutFaults } from './support/layout.ts'
import { lookAt, press, type View } from './support/view.ts'
import { useBrowser, visit } from './support/visit.ts'

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 24"><rect width="120" height="24" rx="4" fill="#6d28d9"/></svg>'
const browser = useBrowser()
let app: Application
let keys: Extremes

beforeAll(async () => {
  app = await startApplication({
    scopes: MANY_SCOPES,
    environments: ['production1234567', 'stagingsandbox', 'live'].map((name) => name.slice(0, 16)),
    console: {
      title: 'W'.repeat(60),
      accent: '#6d28d9',
      logo: LOGO,
      back: { href: '/account', label: 'Zurück-zu-den-Einstellungen-des-Kontos-der-Organisation-Acme' },
      exampleUrl: `https://api.example.com/v1/${'a'.repeat(300)}?who=it's+me`,
    },
  })
  keys = await populateExtremes(app, systemClock.now())
})
afterAll(() => app.close())

const views: Omit<View, 'app'>[] = [
  { name: 'x-list', as: 'long', path: () => '' },
  { name: 'x-list-operator', as: 'ops', path: () => `?search=${'w'.repeat(200)}` },
  { name: 'x-list-all', as: 'ops', path: () => '' },
  { name: 'x-new', as: 'ops', path: () => '/new', act: (page) => press(page, 'Issue key') },
  { name: 'x-crowded', as: 'ops', path: () => `/keys/${keys.crowded}` },
  { name: 'x-revoked', as: 'long', path: () => `/keys/${keys.revoked}` },
  { name: 'x-disabled', as: 'long', path: () => `/keys/${keys.disabled}` },
  { name: 'x-retiring', as: 'long', path: () => `/keys/${keys.retiring}` },
  { name: 'x-edit', as: 'ops', path: () => `/keys/${keys.crowded}`, act: (page) => press(page, 'Edit') },
  { name: 'x-rotate', as: 'long', path: () => `/keys/${keys.crowded}`, act: (page) => press(page, 'Rotate') },
  { name: 'x-revoke', as: 'long', path: () => `/keys/${keys.crowded}`, act: (page) => press(page, 'Revoke') },
  {
    name: 'x-token',
    as: 'long',
    path: () => '/new',
    async act(page) {
      await page.getByLabel('Name').fill(NAMES[0] ?? '')
      await press(page, 'Issue key')
      await page.getByText('I have stored it').waitFor()
    },
  },
  { name: 'x-problem', as: 'long', path: () => `/keys/${'k'.repeat(64)}` },
]

test.each(views)('$name', (view) => lookAt(browser.current, { app: () => app, lights: ['light'], ...view }))

test('between the widths that are looked at nothing is cut either', async () => {
  for (const as of ['long', 'ops'] as const) {
    const { page, context } = await visit(browser.current, app, { as })
    for (const path of ['', '/new', `/keys/${keys.crowded}`]) {
      await page.goto(app.url + path)
      for (const width of [414, 480, 560, 640, 700, 900, 1024, 1152, 1248, 1249, 1366, 1440, 1920]) {
        await page.setViewportSize({ width, height: 900 })
        expect.soft(await layoutFaults(page), `${path} for ${as} at ${width}`).toEqual([])
      }
    }
    await context.close()
  }
})

test('the name of a key has the width of its card, and the lines that it needs there', async () => {
  const { page, context } = await visit(browser.current, app, { as: 'long', width: 360 })
  await page.goto(app.url)
  const card = await page.locator('tbody tr').first().boundingBox()
  for (const name of await page.locator('.keys-name').all()) {
    const box = await name.boundingBox()
    expect((box?.width ?? 0) / (card?.width ?? 1)).toBeGreaterThan(0.6)
  }
  await context.close()
})

test('text of another direction ends where it ends', async () => {
  const { page, context } = await visit(browser.current, app, { as: 'long' })
  await page.goto(app.url)
  const odd = page.getByRole('link', { name: 'right to left without an end' })
  await odd.click()
  await page.getByRole('button', { name: 'Revoke' }).click()
  expect(await placesOf(page, 'dialog h2', 'Revoke', '?')).toBe('Revoke before ?')
  expect(await page.title()).not.toMatch(/[\u202a-\u202e]/)
  await context.close()
})

/** Which of two pieces of text stands further left. */
function placesOf(page: Page, selector: string, one: string, other: string): Promise<string> {
  return page.locator(selector).evaluate(
    (element, [first, last]) => {
      const text = element.textContent ?? ''
      const left = (piece: string, from: number) => {
        const range = document.createRange()
        range.setStart(element.firstChild as Node, from)
        range.setEnd(element.firstChild as Node, from + piece.length)
        return range.getBoundingClientRect().left
      }
      const isBefore = left(first, text.indexOf(first)) < left(last, text.lastIndexOf(last))
      return isBefore ? `${first} before ${last}` : `${last} before ${first}`
    },
    [one, other] as [string, string],
  )
}

test('the owner of these keys is as long as owners can be', () => expect(LONG_PERSON.owner).toHaveLength(255))
