import { useSurroundings } from './context.ts'
import { KeyTable } from './key-table.tsx'
import { ListFilter } from './list-filter.tsx'
import { pagesOf } from './paths.ts'
import { common, list } from './strings.ts'
import type { ListQueryJson, ListView } from './view.ts'

export function ListPage({ view: { query, keys, next } }: { view: ListView }) {
  const { basePath } = useSurroundings()
  const pages = pagesOf(basePath)
  const { cursor, ...filter } = query
  const isFiltered = Object.values(filter).some(Boolean)
  const isEmpty = keys.length === 0
  return (
    <>
      <div class="heading">
        <h1>{list.title}</h1>
        <a class="button button-main" href={pages.new}>
          {common.newKey}
        </a>
      </div>
      {(!isEmpty || isFiltered || cursor !== undefined) && <ListFilter query={query} isFiltered={isFiltered} />}
      {isEmpty ? <NoKeys query={query} isFiltered={isFiltered} /> : <KeyTable keys={keys} />}
      {(next !== null || cursor !== undefined) && (
        <nav class="pages" aria-label={list.pages}>
          {cursor !== undefined && <a href={pages.listOf(filter)}>{list.first}</a>}
          {next !== null && <a href={pages.listOf({ ...filter, cursor: next })}>{list.next}</a>}
        </nav>
      )}
    </>
  )
}

function NoKeys({ query, isFiltered }: { query: ListQueryJson; isFiltered: boolean }) {
  const { basePath, session } = useSurroundings()
  const pages = pagesOf(basePath)
  if (isFiltered) {
    return (
      <section class="empty">
        <h2>{list.noMatchTitle}</h2>
        <p>{list.noMatchText}</p>
        <p>
          <a class="button" href={pages.list}>
            {list.noMatchAction}
          </a>
        </p>
      </section>
    )
  }
  if (query.cursor !== undefined) {
    return (
      <section class="empty">
        <h2>{list.lastPageTitle}</h2>
      </section>
    )
  }
  return (
    <section class="empty">
      <h2>{list.emptyTitle}</h2>
      <p>{session?.view === 'operator' ? list.emptyOperator : list.emptyText}</p>
      <p>
        <a class="button" href={pages.new}>
          {list.emptyAction}
        </a>
      </p>
    </section>
  )
}
