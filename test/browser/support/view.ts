// One view in every width and both lights: laid out so that it can be read, without a barrier that axe knows of, and a
// picture of each in the folder screenshots.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Application } from './application.ts'
import { layoutFaults } from './layout.ts'
import { type VisitOptions, visit } from './visit.ts'

export interface View {
  readonly name: string
  readonly as: NonNullable<VisitOptions['as']>
  readonly path: () => string
  /** What leads there from the page. */
  readonly act?: (page: Page) => Promise<unknown>
  readonly app: () => Application
  /** Default: both. Length and direction of text are the same in either. */
  readonly lights?: readonly ('light' | 'dark')[]
}

/** A small telephone, a usual one, a tablet, a screen. */
const WIDTHS = [320, 360, 768, 1280] as const
const LIGHTS = ['light', 'dark'] as const
const PICTURES = join(import.meta.dirname, '../screenshots')
/** Each light is looked through by axe once, and so are the narrowest and the widest. */
const CHECKED: readonly string[] = ['dark 320', 'light 1280']

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

/** Opens the view, and fails where anything of it cannot be read. */
export async function lookAt(browser: Browser, { name, as, path, act, app, lights = LIGHTS }: View): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  const { page, context, complaints } = await visit(browser, app(), { width: 1280, as })
  await page.goto(app().url + path())
  await page.locator('body:not(:has(button:disabled))').waitFor()
  await act?.(page)
  // A dialog covers the window, and no more of the page than that.
  const fullPage = !(await page.locator('dialog').isVisible())
  const height = fullPage ? 900 : 1700
  await page.evaluate(axe.source)
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height })
    expect.soft(await layoutFaults(page), `${name} at ${width}`).toEqual([])
    for (const colorScheme of lights) {
      await page.emulateMedia({ colorScheme })
      if (CHECKED.includes(`${colorScheme} ${width}`))
        expect.soft(await barriers(page), `${name} ${colorScheme}`).toEqual([])
      await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}-${width}.png`), fullPage })
    }
  }
  expect(complaints).toEqual([])
  await context.close()
}

async function barriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
