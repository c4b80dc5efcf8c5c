// Every view, light and dark, narrow and wide: no barrier that axe knows of, nothing that moves, nothing cut off.
import { systemClock } from '@bearward/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, startApplication } from './support/application.ts'
import { type Population, populate } from './support/population.ts'
import { lookAt, press, type View } from './support/view.ts'
import { useBrowser, visit } from './support/visit.ts'

/** A circle that is as high as it is wide. */
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="12" fill="#b4235a"/></svg>'
/** What another process answers that has not kept the token. */
const LOST = JSON.stringify({
  type: 'about:blank',
  title: 'x',
  status: 409,
  code: 'already_issued',
  detail: 'x',
  keyId: 'k',
})
const browser = useBrowser()
let app: Application
let empty: Application
let branded: Application
let rotated: Application
/** Keys of the application `rotated`, which their views change for good. */
let chained: string
let unconfirmed: string
let stale: string
let keys: Population

beforeAll(async () => {
  app = await startApplication()
  empty = await startApplication({ scopes: null })
  branded = await startApplication({
    console: {
      title: 'Acme developers',
      accent: '#b4235a',
      logo: LOGO,
      back: { href: 'https://acme.example/settings', label: 'Settings' },
      exampleUrl: 'https://api.acme.example/v1/posts?limit=1',
    },
  })
  keys = await populate(app, systemClock.now())
  rotated = await startApplication()
  chained = (await populate(rotated, systemClock.now())).chained
  unconfirmed = (await rotated.keyring.issue({ owner: 'acct_1', name: 'Cut off' })).key.id
  stale = (await rotated.keyring.issue({ owner: 'acct_1', name: 'Shared' })).key.id
})
afterAll(() => Promise.all([app.close(), empty.close(), branded.close(), rotated.close()]))

const views: (Omit<View, 'app'> & Partial<View>)[] = [
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
  { name: 'key-unused', as: 'alice', path: () => `/keys/${keys.unused}` },
  { name: 'key-scheduled', as: 'alice', path: () => `/keys/${keys.scheduled}` },
  { name: 'key-disabled', as: 'alice', path: () => `/keys/${keys.disabled}` },
  { name: 'key-retired', as: 'alice', path: () => `/keys/${keys.retired}` },
  { name: 'key-expired', as: 'alice', path: () => `/keys/${keys.expired}` },
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
    name: 'revoke-chain',
    as: 'alice',
    path: () => `/keys/${keys.chained}`,
    async act(page) {
      await press(page, 'Revoke')
      await page.getByText('Is not ended').waitFor()
    },
  },
  {
    name: 'revoke-chain-unknown',
    as: 'alice',
    path: () => `/keys/${keys.chained}`,
    async act(page) {
      await page.route('**/chain', (route) => route.abort())
      await press(page, 'Revoke')
      await page.getByText('could not be read now').waitFor()
    },
  },
  {
    name: 'revoked-chain',
    as: 'alice',
    app: () => rotated,
    path: () => `/keys/${chained}`,
    async act(page) {
      await press(page, 'Revoke')
      await page.getByText('Is not ended').waitFor()
      await press(page, 'Revoke for good')
      await page.getByText('Still accepted').waitFor()
    },
  },
  {
    name: 'disabled-chain',
    as: 'alice',
    path: () => `/keys/${keys.retiring}`,
    async act(page) {
      await press(page, 'Disable')
      await page.getByText('Still accepted').waitFor()
    },
  },
  {
    name: 'unconfirmed',
    as: 'alice',
    app: () => rotated,
    path: () => `/keys/${unconfirmed}`,
    async act(page) {
      rotated.breakChannel()
      await press(page, 'Revoke')
      await press(page, 'Revoke for good')
      await page.getByRole('button', { name: 'Ask again' }).waitFor()
      rotated.mendChannel()
    },
  },
  {
    name: 'rotated-now',
    as: 'alice',
    path: () => `/keys/${keys.unused}`,
    async act(page) {
      await press(page, 'Rotate')
      await page.getByLabel('No time: refused at once').check()
      await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
      await page.getByText('I have stored it').waitFor()
    },
  },
  {
    name: 'lost-token',
    as: 'alice',
    app: () => empty,
    path: () => '/new',
    async act(page) {
      const answer = { status: 409, contentType: 'application/problem+json', body: LOST }
      await page.route('**/api/keys', (route) => route.fulfill(answer))
      await press(page, 'Issue key')
      await page.getByRole('heading', { name: 'its token is lost' }).waitFor()
    },
  },
  {
    name: 'stale',
    as: 'ops',
    app: () => rotated,
    path: () => `/keys/${stale}`,
    async act(page) {
      await press(page, 'Edit')
      await rotated.keyring.update(stale, { name: 'Theirs', scopes: ['posts:read'], expiresAt: null })
      await page.getByLabel('Name').fill('Mine')
      await press(page, 'Save')
      await page.getByText('Somebody else changed this key meanwhile').waitFor()
    },
  },
  {
    name: 'signed-out',
    as: 'alice',
    path: () => '/new',
    async act(page) {
      await page.context().clearCookies()
      await press(page, 'Issue key')
      await page.getByText('Your session has ended').waitFor()
    },
  },
  { name: 'problem-signed-out', as: 'nobody', path: () => '' },
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
  { name: 'brand-list', as: 'alice', path: () => '', app: () => branded },
  {
    name: 'brand-key',
    as: 'ops',
    path: () => '/new',
    app: () => branded,
    async act(page) {
      await page.getByLabel('Name').fill('CI deploy')
      await page.getByLabel('Owner').fill('acct_7')
      await press(page, 'Issue key')
      await press(page, 'I have stored it')
      await page.waitForURL('**/keys/key_*')
      await page.locator('button:enabled', { hasText: 'Revoke' }).waitFor()
    },
  },
  {
    name: 'brand-token',
    as: 'alice',
    path: () => '/new',
    app: () => branded,
    async act(page) {
      await page.getByLabel('Name').fill('CI deploy')
      await press(page, 'Issue key')
      await page.getByText('https://api.acme.example/v1/posts?limit=1').waitFor()
    },
  },
  { name: 'problem', as: 'alice', path: () => '/keys/no-such-key' },
]

test.each(views)('$name', (view) => lookAt(browser.current, { app: () => app, ...view }))

describe.each([1280, 360])('%i wide', (width) => {
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

/** Where all stands that a person reads or presses first. */
function places(): string[] {
  const all = document.querySelectorAll('h1, h2, .actions button')
  return Array.from(all, (element) => JSON.stringify(element.getBoundingClientRect()))
}

function shifts(): string[] {
  return (globalThis as unknown as { seenShifts: string[] }).seenShifts
}
