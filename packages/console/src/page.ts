// The seam between the server and the page: one function, and the files that a page loads.

import type { PageView } from './page/view.ts'
import { assets as builtAssets, renderPage as builtRenderPage } from './page-bundle.js'

/** A file that a page loads, to be served below `/assets/`; its name changes with its content. */
export interface Asset {
  readonly body: string | Uint8Array
  /** Its media type. */
  readonly type: string
}

/** The files by name. */
export const assets: ReadonlyMap<string, Asset> = builtAssets

/** A whole document without inline script or style. It can be read as it is, and its script brings it to life. */
export const renderPage: (view: PageView) => { html: string } = builtRenderPage
