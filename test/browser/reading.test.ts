// Where no script runs: everything can be read.
import { systemClock } from '@bearward/core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { type Population, populate } from './support/population.ts'
import { useBrowser, type Visit, visit } from './support/visit.ts'

const browser = useBrowser()
let app: Application
let keys: Population
let visitor: Visit
let page: Page

beforeAll(async () => {
  app = await startApplication()
  for (let number = 1; number <= 60; number++) await app.keyring.issue({ owner: 'acct_1', name: `Key ${number}` })
  keys = await populate(app, systemClock.now())
  for (let turn = 0; turn < 30; turn++) await app.keyring.update(keys.busy, { name: `Turn ${turn}`, actor: 'alice' })
  visitor = await visit(browser.current, app, { javaScriptEnabled: false })
  page = visitor.page
})
afterAll(async () => {
  await visitor.context.close()
  await app.close()
})

const rows = () => page.getByRole('row')

test('the list, page by page', async () => {
  await page.goto(app.url)
  expect(await rows().count()).toBe(51)
  expect(await page.locator('noscript p').isVisible()).toBe(true)
  await page.getByRole('link', { name: 'Older keys' }).click()
  expect(await rows().count()).toBeGreaterThan(10)
  await page.getByRole('link', { name: 'Key 1', exact: true }).waitFor()
  await page.getByRole('link', { name: 'Newest keys' }).click()
  await page.getByRole('link', { name: 'Turn 29' }).waitFor()
})

test('search and filter', async () => {
  await page.goto(app.url)
  await page.getByLabel('Search').fill('website')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/keys?search=website**')
  expect(await page.locator('tbody tr').count()).toBe(2)
  await page.getByLabel('State').selectOption('Retiring')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.waitForURL('**&state=retiring**')
  expect(await page.locator('tbody tr').count()).toBe(1)
  expect(await page.getByLabel('Search').inputValue()).toBe('website')
  expect(await page.getByLabel('State').inputValue()).toBe('retiring')
  await page.getByRole('link', { name: 'Clear' }).click()
  expect(page.url()).toBe(app.url)
})

test('a key, its use as a picture and as a table, and its timeline page by page', async () => {
  await page.goto(`${app.url}/keys/${keys.busy}`)
  await page.getByRole('img', { name: /^[\d,]+ uses in the last 30 days, most on/ }).waitFor()
  await page.getByText('Show as a table').click()
  expect(await page.getByRole('table').first().getByRole('row').count()).toBe(31)
  await page.getByText('203.0.113.7').first().waitFor()
  expect(await page.locator('.event').count()).toBe(25)
  await page.getByRole('link', { name: 'Older entries' }).click()
  await page.getByText('It was us').waitFor()
  await page.getByText('Issued by alice@example.com').waitFor()
  expect(await page.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true)
})

test('nothing is sent by pressing what needs a script', async () => {
  await page.goto(`${app.url}/new`)
  expect(await page.getByRole('button', { name: 'Issue key' }).isDisabled()).toBe(true)
  await page.getByLabel('Name').fill('CI')
  await page.keyboard.press('Enter')
  expect(page.url()).toBe(`${app.url}/new`)
})
