import type { ComponentChildren } from 'preact'
import { useSurroundings } from './context.ts'
import { pagesOf } from './paths.ts'
import { common } from './strings.ts'
import type { PageView } from './view.ts'

/** What stands around every page. */
export function Layout({ page, children }: { page: PageView['name']; children: ComponentChildren }) {
  const { basePath, brand, session } = useSurroundings()
  const pages = pagesOf(basePath)
  return (
    <>
      <a class="skip" href="#main">
        {common.skip}
      </a>
      <header class="bar">
        <div class="bar-inner">
          {brand.back !== undefined && (
            <a class="back" href={brand.back.href}>
              <span aria-hidden="true">← </span>
              {brand.back.label ?? common.back}
            </a>
          )}
          <a class="brand" href={pages.list}>
            {brand.logo === undefined ? (
              <Mark />
            ) : (
              <img
                class="logo"
                src={pages.asset(brand.logo.file)}
                width={brand.logo.width}
                height={brand.logo.height}
                alt=""
              />
            )}
            {brand.title ?? common.product}
          </a>
          {session !== null && (
            <nav aria-label={common.navigation}>
              <a href={pages.list} aria-current={page === 'list' ? 'page' : undefined}>
                {common.keys}
              </a>
              <a href={pages.new} aria-current={page === 'new' ? 'page' : undefined}>
                {common.newKey}
              </a>
            </nav>
          )}
          {session !== null && (
            <p class="who">
              <span class="sr">{common.signedInAs} </span>
              <bdi class="who-actor">{session.actor}</bdi>
              <bdi class="who-owner">{session.view === 'operator' ? common.allOwners : session.owner}</bdi>
            </p>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <noscript>
          <p class="note">{common.noScript}</p>
        </noscript>
        {children}
      </main>
      <footer>{common.footer}</footer>
    </>
  )
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <circle cx="12" cy="16" r="4.5" />
      <path d="M16.5 16H26m-3 0v4.5" />
    </svg>
  )
}
