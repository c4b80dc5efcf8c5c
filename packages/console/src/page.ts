import type { PageView } from './page/view.ts'

/** Stands in until the page is built. */
export function renderPage(view: PageView): { html: string } {
  const state = JSON.stringify(view).replaceAll('<', '\\u003c')
  return {
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Keys</title></head><body><script type="application/json" id="view">${state}</script></body></html>`,
  }
}

/** File name → file. */
export const assets: ReadonlyMap<string, { body: string | Uint8Array; type: string }> = new Map([
  ['console-00000000.js', { body: '', type: 'text/javascript; charset=utf-8' }],
])
