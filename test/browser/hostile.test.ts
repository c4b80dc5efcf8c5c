// Other people's text on the page, and the page on other people's.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@bearward/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, PEOPLE, startApplication } from './support/application.ts'
import { useBrowser, visit } from './support/visit.ts'

const browser = useBrowser()

/** Each would say so in `executed` if it ever ran. */
const PAYLOADS = [
  '<script>executed("tag")</script>',
  '<img src=x onerror=executed("image")>',
  '"><svg onload=executed("attribute")>',
  '</script><script>executed("block")</script>',
  '<!--<script>executed("comment")</script>-->',
  "javascript:executed('address')",
  '{{constructor.constructor("executed()")()}}',
  '\u2028executed("line")\u2029',
  '<iframe srcdoc="<script>parent.executed()</script>">',
]
/** Of what scopes may consist of. */
const SCOPE = "<img/src=x/onerror=executed('scope')>"

describe('payloads in everything that others may write', () => {
  let app: Application
  const paths: string[] = ['', '/new', `?search=${encodeURIComponent(PAYLOADS[0] ?? '')}`]

  beforeAll(async () => {
    app = await startApplication({ scopes: [SCOPE, 'posts:read'] })
    const [payload = ''] = PAYLOADS
    PEOPLE.mallory = { actor: payload, owner: payload }
    for (const text of PAYLOADS) {
      const by = { actor: text, from: text, reason: text }
      const key = { owner: payload, name: text, scopes: [SCOPE], metadata: { [text]: [text, { __proto__: text }] } }
      const { key: issued } = await app.keyring.issue({ ...key, ...by })
      await app.keyring.update(issued.id, { metadata: { other: text }, ...by })
      await app.store.recordUse([{ keyId: issued.id, at: systemClock.now(), from: text, uses: 1 }])
      const { key: successor } = await app.keyring.rotate(issued.id, {
        ...by,
        id: `'"><svg/onload=executed(1)>${paths.length}`,
      })
      await app.keyring.revoke(successor.id, by)
      paths.push(`/keys/${issued.id}`)
      if (text === payload) paths.push(`/keys/${encodeURIComponent(successor.id)}`)
    }
    paths.push(`/keys/${encodeURIComponent('<script>executed("path")</script>')}`)
    // The first has a dialog of each kind opened too.
    await app.keyring.issue({ owner: payload, name: payload, scopes: [SCOPE], metadata: { a: payload } })
  })
  afterAll(() => app.close())

  test.each(['mallory', 'ops'])('run nowhere when %s looks', async (as) => {
    const { page, context, complaints } = await visit(browser.current, app, { as })
    const executed: unknown[] = []
    await page.exposeFunction('executed', (where: unknown) => executed.push(where))
    for (const path of paths) {
      await page.goto(app.url + path)
      await page.locator('body:not(:has(button:disabled))').waitFor()
    }
    await page.goto(app.url)
    await page
      .getByRole('link', { name: PAYLOADS[0] ?? '' })
      .first()
      .click()
    for (const dialog of ['Edit', 'Rotate', 'Revoke']) {
      await page.getByRole('button', { name: dialog, exact: true }).click()
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
    }
    // Whatever a payload has begun has had its turn by then.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
    expect(executed).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })

  test('would be noticed if they ran, and are stopped by the policy if they get into a page', async () => {
    const { page, context, complaints } = await visit(browser.current, app, { as: 'ops' })
    const executed: unknown[] = []
    await page.exposeFunction('executed', (where: unknown) => executed.push(where))
    await page.goto(app.url)
    const error = await page.evaluate((html) => {
      try {
        document.body.innerHTML = html
        return 'nothing stopped it'
      } catch (thrown) {
        return String(thrown)
      }
    }, PAYLOADS[1] ?? '')
    expect(error).toMatch(/TrustedHTML/)
    expect(complaints.join()).toMatch(/TrustedHTML/)
    await context.close()

    const open = await visit(browser.current, app, { as: 'ops' })
    await open.page.exposeFunction('executed', (where: unknown) => executed.push(where))
    await open.page.setContent(`<p>${PAYLOADS[1]}</p>`)
    await expect.poll(() => executed).toEqual(['image'])
    await open.context.close()
  })
})

describe('a page of another site', () => {
  test('cannot show the console in a frame', async () => {
    const app = await startApplication()
    const other = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(`<iframe src="${app.url}"></iframe><p>after</p>`)
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { page, context, complaints } = await visit(browser.current, app)
    await page.goto(`http://localhost:${(other.address() as AddressInfo).port}`)
    await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/')
    await expect.poll(() => complaints.join()).toMatch(/frame-ancestors|X-Frame-Options/)
    await context.close()
    other.closeAllConnections()
    other.close()
    await app.close()
  })
})
