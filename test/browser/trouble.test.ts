// What goes wrong between a page and its server, and that nothing is lost and nothing happens twice.
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { curl } from './support/curl.ts'
import { signIn, useBrowser, type Visit, visit } from './support/visit.ts'

const browser = useBrowser()
let app: Application
let visitor: Visit
let page: Page

async function open(path: string, as: 'alice' | 'ops' = 'alice'): Promise<void> {
  visitor = await visit(browser.current, app, { as })
  page = visitor.page
  await page.goto(app.url + path)
  await page.locator('button:enabled').first().waitFor()
}

beforeEach(async () => {
  app = await startApplication({ scopes: null })
})
afterEach(async () => {
  await visitor.context.close()
  await app.close()
})

const issueButton = () => page.getByRole('button', { name: 'Issue key' })

describe('bad input', () => {
  /** Types what the field itself would not let a person type. */
  const put = (field: Locator, value: string) =>
    field.evaluate((element, text) => {
      ;(element as HTMLInputElement).value = text
    }, value)

  const fields = [
    { label: 'Name', bad: 'n'.repeat(201), good: 'CI', message: /200 characters/ },
    { label: 'Owner', bad: 'o'.repeat(256), good: 'acct_7', message: /255/ },
    { label: 'Scopes', bad: 'posts"read', good: 'posts:read', message: /./ },
    { label: 'Metadata optional', bad: '[1]', good: '{"team":"web"}', message: /not a JSON object/ },
    { label: 'Metadata optional', bad: `{"a":"${'x'.repeat(4097)}"}`, good: '', message: /4096 bytes/ },
  ]

  test.each(fields)('in $label is said beside it, and nothing typed is lost', async ({ label, bad, good, message }) => {
    await open('/new', 'ops')
    await page.getByText('Add metadata').click()
    const others = fields.filter((field) => field.label !== label && field.good !== '')
    for (const other of others) await page.getByLabel(other.label).fill(other.good)
    await page.getByLabel('30 days').check()
    const field = page.getByLabel(label)
    await put(field, bad)
    await issueButton().click()

    const focused = page.locator('[aria-invalid=true]:focus')
    await focused.waitFor()
    expect(await focused.evaluate((element) => (element as HTMLInputElement).labels?.[0]?.textContent)).toBe(label)
    expect(await describedBy(focused)).toMatch(message)
    expect(await field.inputValue()).toBe(bad)
    for (const other of others) expect(await page.getByLabel(other.label).inputValue()).toBe(other.good)
    expect(await page.getByLabel('30 days').isChecked()).toBe(true)

    await field.fill(good)
    await issueButton().click()
    await page.getByRole('heading', { name: 'The token of' }).waitFor()
    expect((await app.keyring.list()).keys).toHaveLength(1)
  })

  test.each([
    { date: '', message: 'Choose the last day' },
    { date: '2020-02-29', message: 'This day is over' },
  ])('in the last day "$date" is said beside it', async ({ date, message }) => {
    await open('/new')
    await page.getByLabel('Name').fill('CI')
    await page.getByLabel('Until the end of a day').check()
    await page.getByLabel('Last day').fill(date)
    await issueButton().click()
    await page.getByText(message).waitFor()
    expect(
      await page.getByRole('group', { name: 'Expires' }).evaluate((group) => group.contains(document.activeElement)),
    ).toBe(true)
    expect(await describedBy(page.getByRole('group', { name: 'Expires' }))).toContain(message)
    expect(await page.getByLabel('Name').inputValue()).toBe('CI')

    await page.getByLabel('Last day').fill('2099-12-31')
    await issueButton().click()
    await page.getByRole('heading', { name: 'The token of' }).waitFor()
    const [key] = (await app.keyring.list()).keys
    expect(key?.expiresAt).toBe(Date.UTC(2100, 0, 1))
  })

  test.each(['Rotate', 'Revoke'])('in the reason to %s is said beside it', async (action) => {
    const { key } = await app.keyring.issue({ owner: 'acct_1' })
    await open(`/keys/${key.id}`)
    await page.getByRole('button', { name: action }).click()
    const reason = page.getByLabel('Reason optional')
    await put(reason, 'r'.repeat(1001))
    await page.getByRole('dialog').getByRole('button', { name: action }).click()
    await page.locator('[aria-invalid=true]:focus').waitFor()
    expect(await describedBy(reason)).toMatch(/1000/)
    expect(await reason.inputValue()).toHaveLength(1001)
    expect(await app.keyring.get(key.id)).toMatchObject({ state: 'active' })
  })

  function describedBy(field: Locator): Promise<string> {
    return field.evaluate((element) => {
      const ids = element.getAttribute('aria-describedby')?.split(' ') ?? []
      return ids.map((id) => document.getElementById(id)?.textContent).join(' ')
    })
  }
})

describe('a connection that is lost', () => {
  test('while the answer is on its way: the same request again gives the same key and its token', async () => {
    await open('/new')
    let lost = 0
    await page.route('**/api/keys', async (route) => {
      const answer = await route.fetch()
      if (lost++ > 0) return route.fulfill({ response: answer })
      return route.abort('connectionreset')
    })
    await page.getByLabel('Name').fill('CI')
    await issueButton().click()
    await page.getByText('no second key can be made').waitFor()
    await page.getByRole('heading', { name: 'The token of CI' }).waitFor()
    expect(lost).toBe(2)
    expect((await app.keyring.list()).keys).toHaveLength(1)
    expect(await shownTokenWorks()).toBe(true)
  })

  test('for good: it is said, the input stays, and the next try is the same request', async () => {
    await open('/new')
    // A minute passes whenever the page waits.
    await page.clock.install()
    await page.reload()
    const sent: (string | undefined)[] = []
    await page.route('**/api/keys', async (route) => {
      sent.push(route.request().headers()['idempotency-key'])
      await route.fetch()
      await route.abort('connectionreset')
    })
    await page.getByLabel('Name').fill('CI')
    await issueButton().click()
    const said = page.getByText('No answer came back')
    while (!(await said.isVisible())) await page.clock.runFor(5000)
    expect(await page.getByLabel('Name').inputValue()).toBe('CI')
    expect(await page.getByLabel('Name').isDisabled()).toBe(true)

    await page.unroute('**/api/keys')
    const last = page.waitForRequest('**/api/keys')
    await page.getByRole('button', { name: 'Try again' }).click()
    sent.push((await last).headers()['idempotency-key'])
    await page.getByRole('heading', { name: 'The token of CI' }).waitFor()
    expect(sent.length).toBe(6)
    expect(new Set(sent).size).toBe(1)
    expect((await app.keyring.list()).keys).toHaveLength(1)
    expect(await shownTokenWorks()).toBe(true)
  })

  test('and a process that took the token with it: the key is found again, and replaced', async () => {
    await open('/new')
    const restarted = await startApplication({ store: app.store, scopes: null })
    let isLost = false
    await page.route('**/api/keys', async (route) => {
      if (!isLost) {
        isLost = true
        await route.fetch()
        return route.abort('connectionreset')
      }
      const headers = { ...route.request().headers(), origin: restarted.origin }
      return route.fulfill({ response: await route.fetch({ url: `${restarted.url}/api/keys`, headers }) })
    })
    await page.getByLabel('Name').fill('CI')
    await page.getByLabel('Scopes').fill('posts:read')
    await issueButton().click()
    await page.getByRole('heading', { name: 'its token is lost' }).waitFor()
    expect((await app.keyring.list()).keys).toHaveLength(1)

    await page.getByRole('button', { name: 'Replace the key' }).click()
    await page.getByRole('heading', { name: 'The token of CI' }).waitFor()
    expect(await shownTokenWorks()).toBe(true)
    const { keys } = await app.keyring.list()
    expect(keys.map(({ state }) => state).sort()).toEqual(['active', 'retired'])
    await restarted.close()
  })

  /** The token on the page is one of the keyring's, and not refused. */
  async function shownTokenWorks(): Promise<boolean> {
    const token = (await page.locator('.token code').textContent()) ?? ''
    const status = await curl(app.protectedUrl, token)
    return status === 200 || status === 403
  }
})

test('a session that ended says so, and what was typed is sent after the next sign-in', async () => {
  await open('/new')
  await page.getByLabel('Name').fill('CI')
  await visitor.context.clearCookies()
  await issueButton().click()
  await page.getByText('Your session has ended').waitFor()
  await signIn(visitor.context, app, 'alice')
  await issueButton().click()
  await page.getByRole('heading', { name: 'The token of CI' }).waitFor()
})

test('too many keys at once: it is said when to try again, and what was typed stays', async () => {
  await app.close()
  app = await startApplication({ console: { issueLimit: { max: 1, windowMs: 60_000 } } })
  await open('/new')
  await issueButton().click()
  await page.getByRole('button', { name: 'I have stored it' }).click()
  await page.waitForURL('**/keys/key_*')
  await page.goto(`${app.url}/new`)
  await page.getByLabel('Name').fill('CI')
  await issueButton().click()
  await page.getByText(/Too many keys were asked for\. Try again in (\d+ seconds|1 minute)\./).waitFor()
  expect(await page.getByLabel('Name').inputValue()).toBe('CI')
})

test('a token that somebody looks for is found by its hint, and gets into no address', async () => {
  const { token, key } = await app.keyring.issue({ owner: 'acct_1', name: 'The one' })
  await app.keyring.issue({ owner: 'acct_1', name: 'Another' })
  await open('/new')
  await page.goto(app.url)
  await page.getByLabel('Search').fill(` ${token}`)
  await page.keyboard.press('Enter')
  await page.waitForURL('**search=**')
  await page.getByRole('link', { name: 'The one' }).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(1)
  expect(await page.getByLabel('Search').inputValue()).toBe(key.hint.slice(0, -1))
  expect(JSON.stringify(visitor.requests)).not.toContain(token.slice(0, 20))
})

test('leaving while the token is shown is asked about, and coming back does not show it again', async () => {
  await open('/new')
  await issueButton().click()
  const token = await page.locator('.token code').textContent()
  const asked = page.waitForEvent('dialog')
  // Refused, it never comes to an end.
  void page.reload().catch(() => undefined)
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()
  expect(await page.locator('.token code').textContent()).toBe(token)
  page.on('dialog', (another) => void another.accept())
  await page.getByRole('link', { name: 'Keys', exact: true }).first().click()
  await page.waitForURL(app.url)
  await page.goBack()
  await page.getByRole('heading').first().waitFor()
  expect(await page.content()).not.toContain(token)
})

describe('a key that somebody else changed meanwhile', () => {
  async function openAndChange(): Promise<string> {
    const { key } = await app.keyring.issue({ owner: 'acct_1', name: 'CI', scopes: ['posts:read'] })
    await open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Edit' }).click()
    await app.keyring.update(key.id, { name: 'Theirs' })
    await page.getByLabel('Name').fill('Mine')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed this key meanwhile').waitFor()
    await page.getByText('Name is now: Theirs').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Mine')
    expect(await app.keyring.get(key.id)).toMatchObject({ name: 'Theirs' })
    return key.id
  }

  test('can be written over, knowingly', async () => {
    const id = await openAndChange()
    await page.getByRole('button', { name: 'Save mine over it' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await app.keyring.get(id)).toMatchObject({ name: 'Mine', scopes: ['posts:read'] })
    await page.getByRole('heading', { name: 'Mine' }).waitFor()
  })

  test('can be left as it is', async () => {
    const id = await openAndChange()
    await page.getByRole('button', { name: 'Take theirs' }).click()
    await page.getByRole('heading', { name: 'Theirs' }).waitFor()
    expect(await app.keyring.get(id)).toMatchObject({ name: 'Theirs' })
  })
})

test('a change that is not confirmed everywhere is not called confirmed', async () => {
  const { key } = await app.keyring.issue({ owner: 'acct_1', name: 'CI' })
  await open(`/keys/${key.id}`)
  app.breakChannel()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('button', { name: 'Revoke for good' }).click()
  await page.getByText('not every process has confirmed it').waitFor()
  expect(await page.getByText('Refused everywhere').isVisible()).toBe(false)
  expect(await app.keyring.get(key.id)).toMatchObject({ state: 'revoked' })
  app.mendChannel()
  await page.getByRole('button', { name: 'Ask again' }).click()
  await page.getByText('Refused everywhere').waitFor()
})
