// A new key has the owner that a person named, or none because a person said so.
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { press } from './support/view.ts'
import { useBrowser, type Visit, visit } from './support/visit.ts'

const browser = useBrowser()
let app: Application
let visitor: Visit
let page: Page

async function openForm(as: 'alice' | 'ops'): Promise<void> {
  visitor = await visit(browser.current, app, { as })
  page = visitor.page
  await page.goto(`${app.url}/new`)
  await page.locator('button[type=submit]:enabled').waitFor()
}

beforeEach(async () => {
  app = await startApplication()
})
afterEach(async () => {
  await visitor.context.close()
  await app.close()
})

const sent = () => visitor.requests.filter(({ url }) => url.endsWith('/api/keys')).map(({ body }) => JSON.parse(body))
const owners = async () => (await app.keyring.list()).keys.map(({ owner }) => owner)

test('the empty form of an operator issues nothing, and says why beside the field', async () => {
  await openForm('ops')
  await press(page, 'Issue key')
  const field = page.getByLabel('Owner')
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
  const described = await field.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent),
  )
  expect(described.join(' ')).toContain('Name the account, or choose that there is none.')
  expect(sent()).toEqual([])
  await field.fill(' \t ')
  await press(page, 'Issue key')
  expect(sent()).toEqual([])
  expect(await owners()).toEqual([])
})

test('no owner is what a person has chosen', async () => {
  await openForm('ops')
  await page.getByLabel('Owner').fill('acct_7')
  await page.getByLabel('None: the key belongs to the service itself').check()
  expect(await page.getByLabel('Owner').isDisabled()).toBe(true)
  await press(page, 'Issue key')
  await page.getByText('I have stored it').waitFor()
  expect(sent()).toMatchObject([{ owner: null }])
  expect(await owners()).toEqual([null])
})

test('a choice that was taken back counts for nothing', async () => {
  await openForm('ops')
  const none = page.getByLabel('None: the key belongs to the service itself')
  await none.check()
  await none.uncheck()
  await press(page, 'Issue key')
  await page.getByText('Name the account').waitFor()
  await page.getByLabel('Owner').fill('acct_7')
  await press(page, 'Issue key')
  await page.getByText('I have stored it').waitFor()
  expect(await owners()).toEqual(['acct_7'])
})

test('in the owner view the owner is that of the session', async () => {
  await openForm('alice')
  expect(await page.getByLabel('Owner').count()).toBe(0)
  await page.getByLabel('Name').fill('CI')
  await press(page, 'Issue key')
  await page.getByText('I have stored it').waitFor()
  expect(sent()[0]).not.toHaveProperty('owner')
  expect(await owners()).toEqual(['acct_1'])
})
