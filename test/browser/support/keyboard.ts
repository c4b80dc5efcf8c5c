import type { Page } from 'playwright-core'

/** More than any page has to offer. */
const MOST_STOPS = 80

/** Presses Tab until what is called so has the focus; what it is called is what a screen reader would say first. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = []
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(nameOfFocused)
    if (focused === name) return
    passed.push(focused)
  }
  throw new Error(`Tab never comes to "${name}", only to ${[...new Set(passed)].join(', ')}`)
}

export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** Runs in the page. */
function nameOfFocused(): string {
  const element = document.activeElement
  if (element === null) return ''
  const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined
  return (label ?? element.getAttribute('aria-label') ?? element.textContent ?? '').trim()
}
