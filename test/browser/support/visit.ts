import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, inject } from 'vitest'
import type { Application, PEOPLE } from './application.ts'

/** The browser of a file's tests; the process is shared by all files. */
export function useBrowser(): { current: Browser } {
  const held = {} as { current: Browser }
  beforeAll(async () => {
    held.current = await chromium.connect(inject('chromium'))
  })
  afterAll(() => held.current?.close())
  return held
}

/** A window of its own, without anything of other visits. */
export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Every address that was asked for, with what was sent. */
  readonly requests: readonly { readonly url: string; readonly body: string }[]
  /** What the browser has complained about: violated policies, errors of scripts, dialogs that scripts opened. */
  readonly complaints: readonly string[]
}

export interface VisitOptions {
  readonly as?: keyof typeof PEOPLE
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
  readonly javaScriptEnabled?: boolean
}

export async function visit(
  browser: Browser,
  app: Application,
  { as = 'alice', colorScheme = 'light', width = 1280, javaScriptEnabled = true }: VisitOptions = {},
): Promise<Visit> {
  const viewport = { width, height: 900 }
  const context = await browser.newContext({ colorScheme, viewport, javaScriptEnabled, reducedMotion: 'reduce' })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.origin })
  await signIn(context, app, as)
  const requests: { url: string; body: string }[] = []
  const complaints: string[] = []
  context.on('request', (request) => requests.push({ url: request.url(), body: request.postData() ?? '' }))
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (message) => {
    // What a server refuses is told as an error too.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text())
  })
  const page = await context.newPage()
  page.on('dialog', (dialog) => {
    if (dialog.type() === 'beforeunload') return
    complaints.push(`${dialog.type()}: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, context, requests, complaints }
}

export function signIn(context: BrowserContext, app: Application, as: string): Promise<void> {
  return context.addCookies([{ name: 'session', value: as, url: app.origin, httpOnly: true, sameSite: 'Lax' }])
}
