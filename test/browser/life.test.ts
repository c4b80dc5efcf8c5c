import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Application, BASE, type Framework, startApplication } from './support/application.ts'
import { curl } from './support/curl.ts'
import { press, tabTo } from './support/keyboard.ts'
import { useBrowser, type Visit, visit } from './support/visit.ts'

const browser = useBrowser()
const frameworks: Framework[] = ['express', 'koa', 'hono']

describe.each(frameworks)('with %s, by keyboard alone', (framework) => {
  let app: Application
  let visitor: Visit

  beforeEach(async () => {
    app = await startApplication({ framework })
    visitor = await visit(browser.current, app)
  })
  afterEach(async () => {
    await visitor.context.close()
    await app.close()
  })

  test('a key is issued, copied, used, rotated and revoked', async () => {
    const { page } = visitor
    await page.goto(app.url)
    await tabTo(page, 'Issue the first key')
    await press(page, 'Enter')

    await page.getByRole('heading', { name: 'New key' }).waitFor()
    await tabTo(page, 'Name')
    await page.keyboard.type('CI deploy')
    await tabTo(page, 'posts:read')
    await press(page, 'Space')
    await page.locator('button[type=submit]:enabled').waitFor()
    await tabTo(page, 'Issue key')
    await press(page, 'Enter')
    const first = await copyToken('The token of CI deploy')
    expect(await curl(app.protectedUrl, first)).toBe(200)

    await leaveToken()
    await tabTo(page, 'Rotate')
    await press(page, 'Enter')
    await page.getByRole('dialog', { name: 'Rotate this key' }).waitFor()
    await tabTo(page, '1 day')
    await press(page, 'ArrowLeft')
    await page.getByText('both work: 1 hour').waitFor()
    await tabTo(page, 'Rotate')
    await press(page, 'Enter')
    const second = await copyToken('The token of CI deploy')
    expect(second).not.toBe(first)
    expect(await Promise.all([curl(app.protectedUrl, first), curl(app.protectedUrl, second)])).toEqual([200, 200])

    await leaveToken()
    await tabTo(page, 'Revoke')
    await press(page, 'Enter')
    const dialog = page.getByRole('dialog', { name: 'Revoke CI deploy?' })
    expect(await dialog.textContent()).toContain('This cannot be undone')
    await tabTo(page, 'Revoke for good')
    await press(page, 'Enter')
    await page.getByText(/^Revoked\. Refused everywhere after (less than 1|\d+) ms\./).waitFor()
    await page.getByText('Ended with it').waitFor()
    // The grace of the key that it had replaced is over too.
    expect(await Promise.all([curl(app.protectedUrl, first), curl(app.protectedUrl, second)])).toEqual([401, 401])

    await tokensAreNowhere([first, second])
    expect(visitor.complaints).toEqual([])
  })

  async function copyToken(title: string): Promise<string> {
    const { page } = visitor
    // The heading has the focus, so that a screen reader begins there.
    await page.locator('h1:focus', { hasText: title }).waitFor()
    await tabTo(page, 'Copy')
    await press(page, 'Enter')
    await page.getByRole('status').filter({ hasText: 'Copied to the clipboard.' }).waitFor()
    const token = await page.evaluate(() => navigator.clipboard.readText())
    expect(token).toMatch(/^acme_live_[0-9A-Za-z]{49}$/)
    await tokensAreNowhere([token])
    return token
  }

  async function leaveToken(): Promise<void> {
    const { page } = visitor
    await tabTo(page, 'I have stored it')
    await press(page, 'Enter')
    await page.waitForURL(`${app.url}/keys/*`)
    await page.locator('button:enabled', { hasText: 'Revoke' }).waitFor()
  }

  /** In no address, no storage of the browser, and nothing that was sent. */
  async function tokensAreNowhere(tokens: readonly string[]): Promise<void> {
    const { page, context, requests } = visitor
    const kept = await page.evaluate(async () => ({
      address: location.href,
      state: history.state,
      local: JSON.stringify(localStorage),
      session: JSON.stringify(sessionStorage),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      caches: await caches.keys(),
      databases: await indexedDB.databases(),
    }))
    expect(kept).toMatchObject({ state: null, local: '{}', session: '{}', workers: 0, caches: [], databases: [] })
    const everything = JSON.stringify([kept, requests, await context.cookies(), await context.storageState()])
    for (const token of tokens) expect(everything).not.toContain(token)
    const strays = requests.filter(({ url }) => !url.startsWith(`${app.origin}${BASE}`))
    expect(strays).toEqual([])
  }
})
