// What a revocation takes along, as the dialog says it beforehand, the page afterwards, and requests find it.
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { curl } from './support/curl.ts'
import { press } from './support/view.ts'
import { useBrowser, type Visit, visit } from './support/visit.ts'

const HOUR = 3_600_000
const browser = useBrowser()
let app: Application
let visitor: Visit
let page: Page
/** Of one rotation, oldest first. */
let tokens: string[]

beforeEach(async () => {
  app = await startApplication()
  const key = { owner: 'acct_1', name: 'CI', scopes: ['posts:read'] }
  const one = await app.keyring.issue({ ...key, id: 'key_one' })
  const two = await app.keyring.rotate('key_one', { id: 'key_two', graceMs: HOUR })
  const three = await app.keyring.rotate('key_two', { id: 'key_three', graceMs: 24 * HOUR })
  tokens = [one.token, two.token, three.token]
  visitor = await visit(browser.current, app)
  page = visitor.page
})
afterEach(async () => {
  await visitor.context.close()
  await app.close()
})

const statuses = () => Promise.all(tokens.map((token) => curl(app.protectedUrl, token)))

async function openDialog(id: string): Promise<void> {
  await page.goto(`${app.url}/keys/${id}`)
  await page.locator('button:enabled', { hasText: 'Revoke' }).click()
  await page.getByRole('group', { name: 'What ends' }).waitFor()
}

/** The keys under a title, by their addresses. */
async function keysUnder(title: string): Promise<string[]> {
  const links = page.locator('.chain', { hasText: title }).getByRole('link')
  return links.evaluateAll((all) => all.map((link) => link.getAttribute('href')?.split('/').at(-1) ?? ''))
}

describe('a revocation', () => {
  test.each([
    { id: 'key_three', choice: null, ends: ['key_one', 'key_two'], stays: [], left: [401, 401, 401] },
    { id: 'key_two', choice: null, ends: ['key_one'], stays: ['key_three'], left: [401, 401, 200] },
    {
      id: 'key_two',
      choice: 'All keys of its rotation',
      ends: ['key_one', 'key_three'],
      stays: [],
      left: [401, 401, 401],
    },
    { id: 'key_two', choice: 'This key alone', ends: [], stays: ['key_one', 'key_three'], left: [200, 401, 200] },
    { id: 'key_one', choice: null, ends: [], stays: ['key_two', 'key_three'], left: [401, 200, 200] },
    {
      id: 'key_one',
      choice: 'All keys of its rotation',
      ends: ['key_two', 'key_three'],
      stays: [],
      left: [401, 401, 401],
    },
  ])('of $id, $choice, ends what the dialog has said', async ({ id, choice, ends, stays, left }) => {
    expect(await statuses()).toEqual([200, 200, 200])
    await openDialog(id)
    if (choice !== null) await page.getByLabel(choice).check()
    expect(await keysUnder('Ends with it')).toEqual(ends)
    expect(await keysUnder('Is not ended')).toEqual(stays)
    await press(page, 'Revoke for good')
    await page.getByText('Refused everywhere').waitFor()
    expect((await keysUnder('Ended with it')).sort()).toEqual([...ends].sort())
    expect(await keysUnder('Still accepted')).toEqual(stays)
    expect(await statuses()).toEqual(left)
  })

  test('says until when the others are accepted', async () => {
    await openDialog('key_two')
    await page.getByLabel('This key alone').check()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/^CI acme_live_\w{4}… until \d+ \w{3} \d{4}, \d\d:\d\d UTC$/).waitFor()
    await dialog.getByText(/^CI acme_live_\w{4}… until you end it$/).waitFor()
    await press(page, 'Revoke for good')
    await page
      .getByRole('status')
      .getByText(/until you end it$/)
      .waitFor()
  })

  test('that was not confirmed is asked for again as it was, and ends no more than that', async () => {
    await openDialog('key_two')
    await page.getByLabel('This key alone').check()
    app.breakChannel()
    await press(page, 'Revoke for good')
    const again = page.getByRole('button', { name: 'Ask again' })
    await again.waitFor()
    app.mendChannel()
    await again.click()
    await page.getByText('Refused everywhere').waitFor()
    expect(await statuses()).toEqual([200, 401, 200])
  })

  test('goes on where the other keys could not be read, and the answer names them', async () => {
    await page.route('**/chain', (route) => route.abort())
    await page.goto(`${app.url}/keys/key_three`)
    await page.locator('button:enabled', { hasText: 'Revoke' }).click()
    await page.getByText('could not be read now').waitFor()
    await press(page, 'Revoke for good')
    await page.getByText('Ended with it').waitFor()
    expect((await keysUnder('Ended with it')).sort()).toEqual(['key_one', 'key_two'])
  })

  test('of a key that was never rotated asks for no others', async () => {
    const { key } = await app.keyring.issue({ owner: 'acct_1', name: 'Alone' })
    await page.goto(`${app.url}/keys/${key.id}`)
    await page.locator('button:enabled', { hasText: 'Revoke' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await page.getByRole('group', { name: 'What ends' }).count()).toBe(0)
    expect(visitor.requests.filter(({ url }) => url.endsWith('/chain'))).toEqual([])
  })
})

test('disabling a key names what is still accepted', async () => {
  await page.goto(`${app.url}/keys/key_two`)
  await page.locator('button:enabled', { hasText: 'Disable' }).click()
  await page.getByText('Still accepted').waitFor()
  expect(await keysUnder('Still accepted')).toEqual(['key_one', 'key_three'])
})

test('a rotation without grace names the older keys that it has ended', async () => {
  await page.goto(`${app.url}/keys/key_three`)
  await page.locator('button:enabled', { hasText: 'Rotate' }).click()
  await page.getByLabel('No time: refused at once').check()
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
  await page.getByText('I have stored it').waitFor()
  expect((await keysUnder('Ended with it')).sort()).toEqual(['key_one', 'key_two'])
  expect(await statuses()).toEqual([401, 401, 401])
})

test('a key that is to end says when it really does, in the list and on its page', async () => {
  await page.goto(app.url)
  const row = page.getByRole('row').filter({ has: page.locator('a[href$="key_one"]') })
  expect(await row.getByRole('cell').last().textContent()).toMatch(/^in (?:59 minutes|1 hour)$/)
  await page.goto(`${app.url}/keys/key_one`)
  const { graceEndsAt } = (await app.keyring.get('key_one')) ?? { graceEndsAt: null }
  const end = new Date(graceEndsAt ?? 0).toISOString()
  expect(await page.locator('.facts time').first().getAttribute('datetime')).toBe(end)
})
