import { renderToString } from 'preact-render-to-string'
import { App } from './app.tsx'
import { pagesOf } from './paths.ts'
import { common, issue, list, problems } from './strings.ts'
import type { PageView } from './view.ts'

// The names of the files, put in by the build.
declare const SCRIPT: string
declare const STYLE: string
declare const ICON: string

/** An attribute that Preact's types do not know yet. */
const blockingRender = { blocking: 'render' }

export function renderPage(view: PageView): { html: string } {
  const { asset } = pagesOf(view.basePath)
  const { title = common.product, theme, logo } = view.brand ?? {}
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{common.title(titleOf(view), title)}</title>
        {logo === undefined ? (
          <link rel="icon" href={asset(ICON)} type="image/svg+xml" />
        ) : (
          <link rel="icon" href={asset(logo.file)} />
        )}
        <link rel="stylesheet" href={asset(STYLE)} />
        {theme !== undefined && <link rel="stylesheet" href={asset(theme)} />}
        <script type="module" src={asset(SCRIPT)} />
        {/* Shown when it is whole: columns that are drawn before the last row is there would move. */}
        <link rel="expect" href="#view" {...blockingRender} />
      </head>
      <body>
        <div id="app">
          <App view={view} />
        </div>
        {/* A block of data, which no policy counts as a script. */}
        <script type="application/json" id="view" dangerouslySetInnerHTML={{ __html: inert(view) }} />
      </body>
    </html>
  )
  return { html: `<!doctype html>${renderToString(document)}` }
}

/** JSON that cannot end the element it stands in: no `<` is left to begin a tag or a comment with. */
function inert(view: PageView): string {
  return JSON.stringify(view).replaceAll('<', '\\u003c')
}

function titleOf(view: PageView): string {
  switch (view.name) {
    case 'list':
      return list.title
    case 'new':
      return issue.title
    case 'key':
      return view.key.name || common.unnamed
    case 'problem':
      return problems.titles[view.problem.status] ?? problems.anyTitle
  }
}
