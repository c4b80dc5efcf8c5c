// What scripts/build-page.mjs makes of the folder page; page.ts says what it is.
import type { PageView } from './page/view.ts'

export const renderPage: (view: PageView) => { html: string }
export const assets: ReadonlyMap<string, { body: string; type: string }>
